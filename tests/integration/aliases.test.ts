import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import type { FakeOllama } from "../support/fake-ollama.ts";
import { about, seenIn } from "../support/vision-service.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { drawing } from "../support/image-files.ts";
import { startGateway } from "../support/gateway.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { openSharedWorkers } from "../support/shared-workers.ts";
import { bodiesTo, idOf, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const ALIASES = {
  "gpt-4o": "fake:latest",
  "gpt-4*": "all-minilm:latest",
  "text-embedding-*": "all-minilm:latest",
  Old: "fake:latest",
  missing: "not-there:1b",
};
const NO_LIMITS = { RATE_LIMIT_ENABLED: "false" };
const MODELS = ["fake:latest", "all-minilm:latest", "old:latest"];
const MESSAGES = [{ role: "user", content: "hi" }];

const start = (env: Record<string, string> = {}, aliases: Record<string, string> = ALIASES) =>
  startService({ ...NO_LIMITS, ...env }, { models: MODELS }, { aliases });

/** The models that the fake was asked for inference by, one after the other. */
const askedFor = (ollama: FakeOllama): unknown[] =>
  ["/api/generate", "/api/chat", "/api/embed"].flatMap((path) =>
    bodiesTo(ollama, path).map(({ model }) => model),
  );

describe("a request that names an alias", () => {
  it.each<[path: string, body: object, model: string]>([
    ["/api/v1/generate", { prompt: "hi", model: "gpt-4o" }, "fake:latest"],
    ["/api/v1/chat", { messages: MESSAGES, model: " GPT-4o:latest " }, "fake:latest"],
    ["/api/v1/chat/completions", { messages: MESSAGES, model: "gpt-4o" }, "fake:latest"],
    ["/api/v1/embeddings", { prompt: "hi", model: "gpt-4-mini" }, "all-minilm:latest"],
    ["/api/v1/embeddings", { input: "hi", model: "text-embedding-3-small" }, "all-minilm:latest"],
    [
      "/api/v1/embeddings/similarity",
      { query: "a", documents: ["b"], model: "gpt-4x:1" },
      "all-minilm:latest",
    ],
  ])("%s %j is answered by its model, which the answer tells", async (path, body, model) => {
    const { gateway, ollama } = await start();
    const answer = await gateway.post(path, body);
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({ model });
    expect(new Set(askedFor(ollama))).toEqual(new Set([model]));
    expect(await loggedEventOf(gateway, idOf(answer))).toMatchObject({ model });
    await nothingIsHeld({ gateway });
  });

  it("streams under the name of its model", async () => {
    const { gateway } = await start();
    for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
      const body = { messages: MESSAGES, model: "gpt-4o", stream: true };
      const events = await eventsOf(await gateway.post(path, body));
      const models = events.flatMap((event) => (typeof event === "object" ? event["model"] : []));
      expect(new Set(models)).toEqual(new Set(["fake:latest"]));
    }
  });

  it("is answered by what is installed under that name, whatever the aliases say", async () => {
    const { gateway, ollama } = await start();
    const body = { messages: MESSAGES, model: "old" };
    expect(await jsonOf(await gateway.post("/api/v1/chat", body))).toMatchObject({ model: "old" });
    ollama.installed.add("gpt-4o:latest");
    // What is installed may have changed.
    await gateway.post("/api/copy", { source: "fake", destination: "other" });
    const asked = await gateway.post("/api/v1/chat", { messages: MESSAGES, model: "gpt-4o" });
    expect(await jsonOf(asked)).toMatchObject({ model: "gpt-4o" });
  });

  it("shares its model's kept answers, and its model's are forgotten under its name", async () => {
    const { gateway, ollama } = await start({ RESPONSE_CACHE_ENABLED: "true" });
    const ask = (model: string) => gateway.post("/api/v1/chat", { messages: MESSAGES, model });
    expect((await ask("gpt-4o")).headers.get("x-cache")).toBe("MISS");
    expect((await ask("fake:latest")).headers.get("x-cache")).toBe("HIT-EXACT");
    expect(ollama.to("/api/chat")).toHaveLength(1);
    const dropped = await gateway.get("/api/v1/cache?model=gpt-4o", { method: "DELETE" });
    expect(await jsonOf(dropped)).toEqual({ dropped: 1 });
  });

  it("says what is missing where its model is", async () => {
    const { gateway } = await start();
    const answer = await gateway.post("/api/v1/chat", { messages: MESSAGES, model: "missing" });
    expect([answer.status, (await jsonOf(answer))["error"]]).toEqual([
      404,
      "model 'not-there:1b' not found",
    ]);
    expect((await gateway.get("/api/v1/models/missing")).status).toBe(404);
  });

  it("still has to name what can be a model", async () => {
    const { gateway } = await start({}, { "*": "fake:latest" });
    const answer = await gateway.post("/api/v1/chat", { messages: MESSAGES, model: "größe" });
    expect([answer.status, (await jsonOf(answer))["error"]]).toEqual([
      400,
      expect.stringContaining("'größe' is no model's name"),
    ]);
    expect((await gateway.post("/api/v1/chat", { messages: MESSAGES, model: "any" })).status).toBe(
      200,
    );
  });
});

it("an alias of a model that can see is shown images", async () => {
  const ollama = await startSeeingOllama();
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: ollama.url, ...NO_LIMITS },
    {},
    { openPool: openSharedWorkers, aliases: { "gpt-4-vision*": "eyes:latest" } },
  );
  const picture = await drawing();
  for (const path of ["/api/v1/vlm", "/api/v1/vlm/openai", "/api/v1/chat/completions"]) {
    const body = about(path, [picture], { model: "gpt-4-vision-preview" });
    const answer = await gateway.post(path, body);
    expect((await seenIn(answer)).images).toHaveLength(1);
  }
  expect(bodiesTo(ollama, "/api/chat").map(({ model }) => model)).toEqual(
    Array.from({ length: 3 }, () => "eyes:latest"),
  );
});

describe("ALLOWED_MODELS", () => {
  it("holds for the model that an alias stands for", async () => {
    const { gateway, ollama } = await start({ ALLOWED_MODELS: "fake" });
    const ask = (model: string) => gateway.post("/api/v1/chat", { messages: MESSAGES, model });
    expect((await ask("gpt-4o")).status).toBe(200);
    const refused = await ask("gpt-4-mini");
    expect([refused.status, await jsonOf(refused)]).toEqual([
      400,
      expect.objectContaining({
        code: "model_not_allowed",
        error: "The model 'all-minilm:latest' is not allowed here",
      }),
    ]);
    expect(askedFor(ollama)).toEqual(["fake:latest"]);
  });

  it("holds for the items of a batch", async () => {
    const { gateway, ollama } = await start({ ALLOWED_MODELS: "fake" });
    const batch = (...models: string[]) =>
      gateway.post("/api/v1/batch/chat", {
        requests: models.map((model) => ({ model, messages: MESSAGES })),
      });
    const answer = await jsonOf(await batch("gpt-4o", "fake"));
    expect(answer).toMatchObject({ successful: 2 });
    expect(askedFor(ollama)).toEqual(expect.arrayContaining(["fake", "fake:latest"]));
    const refused = await jsonOf(await batch("gpt-4o", "gpt-4-mini"));
    expect(refused).toMatchObject({ error: "Not allowed here: 'all-minilm:latest'" });
  });
});

describe("models", () => {
  it("are listed with their aliases, and the aliases as models to pick", async () => {
    const { gateway } = await start();
    const at = { created: 1_767_225_600, object: "model", owned_by: "library" };
    expect(await jsonOf(await gateway.get("/api/v1/models"))).toEqual({
      object: "list",
      models: [
        expect.objectContaining({ name: "fake:latest", aliases: ["gpt-4o"] }),
        expect.objectContaining({
          name: "all-minilm:latest",
          aliases: ["gpt-4*", "text-embedding-*"],
        }),
        { name: "old:latest", size: 1000, modified_at: "2026-01-01T00:00:00Z" },
      ],
      data: [
        { id: "fake:latest", ...at },
        { id: "all-minilm:latest", ...at },
        { id: "old:latest", ...at },
        { id: "gpt-4o", ...at, alias_of: "fake:latest" },
      ],
    });
  });

  it("are shown under an alias: what it stands for", async () => {
    const { gateway, ollama } = await start();
    for (const [name, model] of [
      ["gpt-4o", "fake:latest"],
      ["gpt-4%2Fx:1", "all-minilm:latest"],
    ]) {
      const shown = await gateway.get(`/api/v1/models/${name}`);
      const id = decodeURIComponent(name ?? "");
      expect(await jsonOf(shown)).toMatchObject({ id, alias_of: model });
      expect((await gateway.get(`/api/v1/models/${name}/show`)).status).toBe(200);
      expect(bodiesTo(ollama, "/api/show").at(-1)).toEqual({ model });
    }
    expect(await jsonOf(await gateway.get("/api/v1/models/fake"))).not.toHaveProperty("alias_of");
  });

  it("are loaded, pinned, unpinned and unloaded under an alias", async () => {
    const { gateway, ollama } = await start();
    ollama.inMemory.splice(0);
    const act = async (action: string, method = "POST") => {
      const answer = await gateway.get(`/api/v1/models/gpt-4o/${action}`, { method });
      return answer.status === 200 ? "done" : (await jsonOf(answer))["code"];
    };
    expect(await act("load")).toBe("done");
    expect(ollama.inMemory).toEqual(["fake:latest"]);
    expect([await act("pin"), await act("unload")]).toEqual(["done", "model_in_use"]);
    expect([await act("pin", "DELETE"), await act("unload")]).toEqual(["done", "done"]);
    expect(ollama.inMemory).toEqual([]);
  });

  it("are never deleted, copied or built upon under an alias, which is said", async () => {
    const { gateway, ollama } = await start();
    const says = expect.stringMatching(
      /'gpt-4o' is an alias of 'fake:latest'; .* own names/,
    ) as string;
    const deleted = await gateway.get("/api/v1/models/gpt-4o", { method: "DELETE" });
    expect([deleted.status, await jsonOf(deleted)]).toEqual([
      404,
      expect.objectContaining({ error: expect.objectContaining({ message: says }) as object }),
    ]);
    const copied = await gateway.post("/api/v1/models/gpt-4o/copy", { destination: "mine" });
    expect([copied.status, await jsonOf(copied)]).toEqual([
      404,
      expect.objectContaining({ error: says }),
    ]);
    const created = await gateway.post("/api/v1/models/create", { name: "mine", from: "gpt-4o" });
    expect([created.status, await jsonOf(created)]).toEqual([
      404,
      expect.objectContaining({ error: says }),
    ]);
    expect([...ollama.installed]).toEqual(MODELS);
    const unknown = await gateway.get("/api/v1/models/unknown", { method: "DELETE" });
    expect(await unknown.text()).not.toContain("alias");
  });

  it("may take an alias's name, and have it from then on", async () => {
    const { gateway, ollama } = await start();
    const destination = { destination: "gpt-4o" };
    expect((await gateway.post("/api/v1/models/all-minilm/copy", destination)).status).toBe(200);
    const answer = await gateway.post("/api/v1/embeddings", { prompt: "hi", model: "gpt-4o" });
    expect(await jsonOf(answer)).toMatchObject({ model: "gpt-4o" });
    const { data } = (await jsonOf(await gateway.get("/api/v1/models"))) as { data: object[] };
    expect(data).toHaveLength(4);
    expect(data).not.toContainEqual(
      expect.objectContaining({ alias_of: expect.anything() as unknown }),
    );
    expect((await gateway.get("/api/v1/models/gpt-4o", { method: "DELETE" })).status).toBe(200);
    expect([...ollama.installed]).toEqual(MODELS);
    const after = await gateway.post("/api/v1/chat", { messages: MESSAGES, model: "gpt-4o" });
    expect(await jsonOf(after)).toMatchObject({ model: "fake:latest" });
  });
});

it("an alias of a model on another machine needs what that model needs", async () => {
  const aliases = { away: "gpt-oss:120b-cloud" };
  const ask = { messages: MESSAGES, model: "away" };
  const refusing = await start({}, aliases);
  for (const path of ["/api/v1/chat", "/api/chat", "/v1/chat/completions"]) {
    const answer = await refusing.gateway.post(path, ask);
    expect([answer.status, await answer.text()]).toEqual([
      400,
      expect.stringContaining("ALLOW_CLOUD_MODELS"),
    ]);
  }
  expect((await refusing.gateway.post("/api/show", { model: "away" })).status).toBe(400);
  expect((await refusing.gateway.get("/api/v1/models/away/show")).status).toBe(400);
  expect(refusing.ollama.received.map(({ body }) => body.toString()).join()).not.toContain("cloud");
});
