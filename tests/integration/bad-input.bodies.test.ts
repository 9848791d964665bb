import { describe, expect, it } from "vitest";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { bodyTo, startService, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const OWN = ["/api/v1/generate", "/api/v1/chat", "/api/v1/chat/completions", "/api/v1/embeddings"];
const MESSAGES = [{ role: "user", content: "hi" }];

/** Nothing is left of a request that was refused, and nothing of it went upstream. */
async function nothingCameOfIt(service: RunningService): Promise<void> {
  await nothingIsHeld(service);
  const { ollama } = service;
  for (const path of ["/api/generate", "/api/chat", "/api/embed"]) {
    expect(ollama.to(path)).toEqual([]);
  }
}

describe.each(OWN)("a body for %s", (path) => {
  it.each([
    ["no body", ""],
    ["white space", "  \n"],
    ["broken JSON", '{"model":"fake",'],
    ["two objects", "{}{}"],
    ["a list", "[]"],
    ["null", "null"],
    ["a number", "7"],
    ["a text", '"hi"'],
    ["a form", "model=fake&prompt=hi"],
    ["bytes that are no UTF-8", Buffer.from([0x7b, 0xff, 0xfe, 0x7d])],
    ["very deep nesting", "[".repeat(100_000)],
  ])("that is %s is refused with 422", async (_what, body) => {
    const service = await startService();
    const headers = { "content-type": "application/json" };
    const init = { method: "POST", headers, body };
    const answer = await fetch(service.gateway.url + path, init);
    await expectErrorOf(path, answer, { status: 422, code: "validation_error" });
    await nothingCameOfIt(service);
  });

  it("whose fields have wrong types is refused with 422", async () => {
    const service = await startService();
    for (const value of [7, true, {}, [[]], [null]]) {
      const fields = { prompt: value, messages: value, model: "fake" };
      const answer = await service.gateway.post(path, fields);
      await expectErrorOf(path, answer, { status: 422, code: "validation_error" });
    }
    const model = { model: { name: "fake" }, prompt: "hi", messages: MESSAGES };
    const answer = await service.gateway.post(path, model);
    await expectErrorOf(path, answer, { status: 422, code: "validation_error" });
    await nothingCameOfIt(service);
  });

  it("that would change prototypes changes none", async () => {
    const service = await startService();
    const text =
      '{"model":"fake","prompt":"hi","messages":[{"role":"user","content":"hi"}],' +
      '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},' +
      '"options":{"__proto__":{"polluted":1}}}';
    const answer = await service.gateway.post(path, text);
    expect([200, 422]).toContain(answer.status);
    await answer.text();
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    await nothingIsHeld(service);
  });
});

describe("an image part", () => {
  const part = (url: unknown) => ({ type: "image_url", image_url: { url } });

  it.each([
    ["a web address", part("https://example.com/a.png")],
    ["a data URL without base64", part("data:image/png,abc")],
    ["a data URL of another type", part("data:text/plain;base64,aGk=")],
    ["no text at all", part(7)],
    ["a part without its image", { type: "image_url" }],
  ])("with %s is refused with 422", async (_what, image) => {
    const service = await startService();
    const path = "/api/v1/chat/completions";
    const content = [{ type: "text", text: "what is this?" }, image];
    const body = { model: "fake", messages: [{ role: "user", content }] };
    const answer = await service.gateway.post(path, body);
    await expectErrorOf(path, answer, { status: 422, code: "validation_error" });
    await nothingCameOfIt(service);
  });
});

describe("a project name", () => {
  const names = ["two words", "a".repeat(65), "Köln", "a,b", "<script>", "a\tb", '"quoted"'];

  it.each(names)("that is %j is refused with 400 in each dialect", async (name) => {
    const service = await startService();
    for (const { path } of DIALECTS) {
      const headers = { "x-project-name": name };
      const answer = await service.gateway.post(path, { model: "fake" }, { headers });
      await expectErrorOf(path, answer, { status: 400, code: "invalid_project_name" });
    }
    await nothingCameOfIt(service);
  });

  it("that is one is taken: 64 characters, and each of the allowed marks", async () => {
    const { gateway } = await startService();
    for (const name of ["a".repeat(64), "Team-1/app_2.x@host:3", ""]) {
      const headers = { "x-project-name": name };
      const answer = await gateway.get("/api/v1/models", { headers });
      expect(answer.status).toBe(200);
    }
  });
});

describe("a model's name", () => {
  const NAMES = ["../../etc/passwd", "a b", "x".repeat(512), "fake\u0000", "💥"];

  it.each(NAMES)(
    "that is %j is none on /api/v1, elsewhere the server's to refuse",
    async (model) => {
      const service = await startService();
      const { gateway, ollama } = service;
      for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
        const answer = await gateway.post(path, { model, messages: MESSAGES });
        await expectErrorOf(path, answer, { status: 400, code: "invalid_request" });
      }
      expect(ollama.to("/api/chat")).toHaveLength(0);
      const passed = await gateway.post("/api/chat", { model, messages: MESSAGES });
      expect([passed.status, await passed.text()]).toEqual([
        404,
        expect.stringContaining("not found"),
      ]);
      await nothingIsHeld(service);
      expect(ollama.loads).toEqual([]);
    },
  );

  it("that could be one is the server's to refuse everywhere", async () => {
    const service = await startService();
    for (const path of ["/api/v1/chat", "/api/v1/chat/completions", "/api/chat"]) {
      const answer = await service.gateway.post(path, { model: "__proto__", messages: MESSAGES });
      expect([answer.status, await answer.text()]).toEqual([
        404,
        expect.stringContaining("not found"),
      ]);
    }
    await nothingIsHeld(service);
    expect(service.ollama.loads).toEqual([]);
  });
});

describe("a model's name of more than 512 characters", () => {
  it("is refused by every dialect before it is kept or sent anywhere", async () => {
    const service = await startService();
    const model = "x".repeat(513);
    const text = { model, messages: MESSAGES, prompt: "hi", input: "hi" };
    for (const path of ["/api/chat", "/api/generate", "/v1/chat/completions", "/v1/messages"]) {
      const answer = await service.gateway.post(path, text);
      await expectErrorOf(path, answer, { status: 400, code: "invalid_request" });
      expect(service.ollama.to(path)).toHaveLength(0);
    }
    for (const [path, body] of [
      ["/api/v1/chat", { messages: MESSAGES }],
      ["/api/v1/generate", { prompt: "hi" }],
      ["/api/v1/chat/completions", { messages: MESSAGES }],
      ["/api/v1/embeddings", { prompt: "hi" }],
      ["/api/v1/batch/chat", { requests: [{ messages: MESSAGES, model }] }],
    ] as const) {
      const named = "requests" in body ? body : { ...body, model };
      expect((await service.gateway.post(path, named)).status, path).toBe(400);
    }
    await nothingIsHeld(service);
  });
});

describe("a body for a drop-in path", () => {
  it.each(["", "{", "[]", "null", '{"model":7}', '{"model":"fake","messages":"x"}'])(
    "that is %j goes to the inference server as it is",
    async (body) => {
      const service = await startService();
      service.ollama.script("/api/chat", (_request, response) => {
        response.writeHead(400, { "Content-Type": "application/json" }).end('{"error":"theirs"}');
      });
      const answer = await service.gateway.post("/api/chat", body);
      expect([answer.status, await answer.text()]).toEqual([400, '{"error":"theirs"}']);
      expect(service.ollama.to("/api/chat")[0]?.body.toString()).toBe(body);
      await nothingIsHeld(service);
    },
  );

  it("that would change prototypes goes through untouched and changes none", async () => {
    const service = await startService();
    const body = '{"model":"fake","__proto__":{"polluted":1},"stream":false,"messages":[]}';
    expect((await service.gateway.post("/api/chat", body)).status).toBe(200);
    expect(Object.keys(bodyTo(service.ollama, "/api/chat"))).toContain("__proto__");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});
