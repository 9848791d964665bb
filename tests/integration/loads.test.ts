import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama, type FakeOptions } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers, type HeldAnswer } from "../support/held-answers.ts";
import { expectNativeError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const MODELS = ["fake:latest", "all-minilm:latest"];
const messages = [{ role: "user", content: "hi" }];

/** A server with nothing in memory, behind the service. */
async function setUp(env: Record<string, string> = {}, options: FakeOptions = {}) {
  const fake = await startFakeOllama({ models: MODELS, ...options });
  const gateway = await startGateway({
    OLLAMA_BASE_URL: fake.url,
    RATE_LIMIT_ENABLED: "false",
    ...env,
  });
  return { fake, gateway };
}

/** Asks on behalf of a tenant of its own. */
function ask(gateway: Gateway, number: number, path = "/api/v1/chat", more: RequestInit = {}) {
  const body = { model: "fake", messages, stream: false, max_tokens: 5 };
  const headers = { "content-type": "application/json", "x-project-name": `tenant-${number}` };
  return gateway.post(path, body, { headers, ...more });
}

/** Waits until so many requests run and wait. */
function cameTo({ service }: Gateway, count: number): Promise<void> {
  return until(() => service.load().text === count, `${count} requests at the service`);
}

/** Ends a load that is held: the model is in memory. */
function endLoad(fake: FakeOllama, load: HeldAnswer): void {
  fake.inMemory.push("fake:latest");
  load.json({ model: "fake", response: "", done: true, done_reason: "load" });
}

/** One at a time, as of an Ollama that was running already, and all that may run side by side. */
const PARALLEL = [{}, { UPSTREAM_PARALLEL: "20", QUEUE_CHAT_MAX_CONCURRENT: "20" }];

describe.each(PARALLEL)("a model that is not loaded, and 20 clients at once, %o", (env) => {
  it("is loaded once", async () => {
    const { fake, gateway } = await setUp(env, { loadMs: 100 });
    const asked = Array.from({ length: 20 }, (_, i) => ask(gateway, i));
    const statuses = (await Promise.all(asked)).map(({ status }) => status);
    expect(statuses).toEqual(Array.from({ length: 20 }, () => 200));
    expect(fake.loads).toEqual(["fake:latest"]);
    await nothingIsHeld({ gateway });
  });

  it("is loaded once also when ten of them leave, and the other ten are answered", async () => {
    const { fake, gateway } = await setUp(env);
    const loads = new HeldAnswers(fake, "/api/generate");
    const leaving = new AbortController();
    const asked = Array.from({ length: 20 }, (_, i) =>
      ask(gateway, i, "/api/v1/chat", i < 10 ? { signal: leaving.signal } : {}),
    );
    const left = Promise.allSettled(asked.slice(0, 10));
    await cameTo(gateway, 20);
    const load = await loads.next();
    leaving.abort();
    expect((await left).map(({ status }) => status)).toEqual(Array(10).fill("rejected"));
    await cameTo(gateway, 10);
    expect(load.request.cancelled).toBe(false);
    endLoad(fake, load);
    const answers = await Promise.all(asked.slice(10));
    expect(answers.map(({ status }) => status)).toEqual(Array(10).fill(200));
    expect([loads.all.length, fake.loads]).toEqual([1, []]);
    await nothingIsHeld({ gateway });
  });

  it("goes on to be loaded when all have left", async () => {
    const { fake, gateway } = await setUp(env);
    const loads = new HeldAnswers(fake, "/api/generate");
    const leaving = new AbortController();
    const asked = [0, 1].map((i) => ask(gateway, i, "/api/chat", { signal: leaving.signal }));
    const load = await loads.next();
    leaving.abort();
    await Promise.allSettled(asked);
    await nothingIsHeld({ gateway });
    const next = ask(gateway, 2);
    await cameTo(gateway, 1);
    endLoad(fake, load);
    expect((await next).status).toBe(200);
    expect(loads.all).toHaveLength(1);
  });

  it("fails once, and all are told in the server's own words; the next one tries anew", async () => {
    const { fake, gateway } = await setUp(env);
    const loads = new HeldAnswers(fake, "/api/generate");
    const words = "model requires more system memory (9.1 GiB) than is available (2.0 GiB)";
    const openai = {
      error: { message: words, type: "api_error", param: null, code: null },
    };
    const told: [string, number, object][] = [
      ["/api/chat", 500, { error: words }],
      ["/v1/chat/completions", 500, openai],
      ["/v1/messages", 500, { type: "error", error: { type: "api_error", message: words } }],
      ["/api/v1/chat", 503, { error: words, code: "upstream_unavailable", retry_after: 2 }],
      [
        "/api/v1/chat/completions",
        503,
        { error: { message: words, code: "upstream_unavailable" }, retry_after: 2 },
      ],
    ];
    const asked = Array.from({ length: 20 }, (_, i) => ask(gateway, i, told[i % 5]?.[0]));
    await cameTo(gateway, 20);
    (await loads.next()).json({ error: words }, 500);
    const answers = await Promise.all(asked);
    for (const [i, answer] of answers.entries()) {
      const [path, status, body] = told[i % 5] ?? [];
      expect(answer.status, path).toBe(status);
      const says = (await answer.json()) as object;
      if (path === "/api/chat") expect(says, "nothing beside it").toEqual(body);
      else expect(says).toMatchObject(body ?? {});
    }
    expect(loads.all).toHaveLength(1);
    await nothingIsHeld({ gateway });
    const next = ask(gateway, 0);
    endLoad(fake, await loads.next());
    expect((await next).status).toBe(200);
  });

  it("is given up when the server dies", async () => {
    const { fake, gateway } = await setUp(env);
    const loads = new HeldAnswers(fake, "/api/generate");
    const paths = ["/api/chat", "/api/v1/chat"];
    const asked = Array.from({ length: 20 }, (_, i) => ask(gateway, i, paths[i % 2]));
    await cameTo(gateway, 20);
    await loads.next();
    await fake.stop();
    for (const answer of await within(Promise.all(asked), "the answers")) {
      expect(answer.status).toBe(503);
      expect(await answer.json()).toMatchObject({ code: "upstream_unavailable" });
    }
    expect(loads.all).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });
});

describe("a load", () => {
  it("that the model refuses is no failure: the request's own answer says why", async () => {
    const { fake, gateway } = await setUp();
    const refuse = (what: string) =>
      fake.script(`/api/${what}`, (_request, response) => {
        response.writeHead(400).end(`{"error":"\\"fake\\" does not support ${what}"}`);
      });
    refuse("generate");
    refuse("chat");
    const answer = await ask(gateway, 0, "/api/chat");
    expect([answer.status, await answer.json()]).toEqual([
      400,
      { error: '"fake" does not support chat' },
    ]);
  });

  it("is not made of a model that is missing: the server says so itself", async () => {
    const { fake, gateway } = await setUp();
    const answer = await gateway.post("/api/chat", { model: "none", messages });
    expect([answer.status, await answer.json()]).toEqual([
      404,
      { error: "model 'none' not found" },
    ]);
    expect([fake.loads, fake.to("/api/generate")]).toEqual([[], []]);
  });

  it("that fails leaves those to try theirs who want it loaded otherwise", async () => {
    const { fake, gateway } = await setUp();
    const loads = new HeldAnswers(fake, "/api/generate");
    const options = { num_ctx: 1_000_000 };
    const greedy = gateway.post("/api/chat", { model: "fake", messages, options });
    const load = await loads.next();
    const modest = ask(gateway, 1);
    await cameTo(gateway, 2);
    load.json({ error: "out of memory" }, 500);
    expect((await greedy).status).toBe(500);
    const second = await loads.next();
    expect([load.body["options"], second.body["options"]]).toEqual([options, undefined]);
    endLoad(fake, second);
    expect((await modest).status).toBe(200);
  });

  it("is told in the answer's head, once it was waited for", async () => {
    const { gateway } = await setUp({}, { loadMs: 60 });
    const header = (answer: Response): number =>
      Number(answer.headers.get("x-shared-ollama-load-ms") ?? Number.NaN);
    expect(header(await ask(gateway, 0))).toBeGreaterThanOrEqual(50);
    expect(header(await ask(gateway, 0))).toBe(0);
    const stream = await gateway.post("/api/v1/chat", { model: "fake", messages, stream: true });
    expect(header(stream)).toBe(0);
    await stream.text();
    const vectors = await gateway.post("/api/v1/embeddings", { model: "all-minilm", prompt: "a" });
    expect(header(vectors)).toBeGreaterThanOrEqual(50);
    const passed = await ask(gateway, 0, "/api/chat");
    expect(header(passed), "answers that pass through stay as they are").toBeNaN();
  });

  it("may race with others and with unloads: each has its answer, and nothing is left", async () => {
    const { fake, gateway } = await setUp({}, { loadMs: 5 });
    const act = (action: string) =>
      gateway.get(`/api/v1/models/fake/${action}`, { method: "POST" });
    const seen = new Set<number>();
    for (let round = 0; round < 15; round += 1) {
      const [chat, passed, ...others] = await Promise.all([
        ask(gateway, 0),
        ask(gateway, 1, "/api/chat"),
        act("load"),
        act("unload"),
        act("load"),
        act("unload"),
      ]);
      expect([chat.status, passed.status]).toEqual([200, 200]);
      for (const { status } of others) seen.add(status);
    }
    expect([...seen].filter((status) => status !== 200 && status !== 409)).toEqual([]);
    expect(fake.loads.length).toBeGreaterThan(0);
    await nothingIsHeld({ gateway });
    expect((await ask(gateway, 0)).status).toBe(200);
  });
});

describe("a model that hangs in stopping", () => {
  const LONG_AGO = "2026-01-01T00:00:00Z";

  /** A server that cannot let go of its model, and one that is looked at each second. */
  async function setUpHanging() {
    const fake = await startFakeOllama({ models: ["fake:latest", "other:latest"] });
    fake.inMemory.push("fake:latest");
    fake.hanging.set("fake:latest", LONG_AGO);
    const env = { OLLAMA_BASE_URL: fake.url, MEMORY_CHECK_INTERVAL: "1" };
    const gateway = await startGateway(env, {}, { stuckAfterMs: 200 });
    const problems = async (): Promise<string[] | undefined> => {
      const health = (await (await gateway.get("/api/v1/health")).json()) as {
        status: string;
        problems?: string[];
      };
      expect(health.status, "the server answers").toBe("healthy");
      return health.problems;
    };
    await until(async () => (await problems()) !== undefined, "health tells of it");
    return { fake, gateway, problems };
  }

  const says = `The model 'fake:latest' hangs: it was to leave memory at ${LONG_AGO}, is still there, and answers nothing; restart the inference server`;

  it("is told in health, and gets no new work, with what to do", async () => {
    const { fake, gateway, problems } = await setUpHanging();
    expect(await problems()).toEqual([says]);
    await expectNativeError(await ask(gateway, 0), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says,
      more: { retry_after: 2 },
    });
    const dropIn = await ask(gateway, 1, "/api/chat");
    expect([dropIn.status, await dropIn.json()]).toEqual([
      503,
      { error: says, code: "upstream_unavailable", retry_after: 2 },
    ]);
    const openai = await ask(gateway, 2, "/v1/chat/completions");
    expect([openai.status, await openai.json()]).toMatchObject([503, { error: { message: says } }]);
    const unload = await gateway.get("/api/v1/models/fake/unload", { method: "POST" });
    expect(unload.status).toBe(503);
    const other = await gateway.post("/api/chat", { model: "other", messages, stream: false });
    expect(other.status, "others work").toBe(200);
    expect(fake.to("/api/chat")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it.each<[string, (fake: FakeOllama) => void]>([
    ["it has gone", (fake) => fake.inMemory.splice(0)],
    ["its expiry moves", (fake) => fake.hanging.set("fake:latest", "2099-01-01T00:00:00Z")],
  ])("works again when %s", async (_how, recover) => {
    const { fake, gateway, problems } = await setUpHanging();
    recover(fake);
    // Here it answers again as well.
    await until(async () => (await problems()) === undefined, "health tells no more of it");
    fake.hanging.clear();
    expect((await ask(gateway, 0)).status).toBe(200);
  });
});
