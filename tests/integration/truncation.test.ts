import { describe, expect, it } from "vitest";
import { batchOf, queued } from "../support/batch.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { eventsOf, type EventData } from "../support/event-stream.ts";
import { startFakeOllama, type FakeOptions } from "../support/fake-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { loggedEventOf } from "../support/logged-events.ts";
import { bodiesTo, bodyTo, idOf, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

/** Of the fake's words each is a token. */
const CONTEXT = 64;
const LONG = "word ".repeat(100);
const SHORT = "Why is the sky blue?";

const HEADER = "x-shared-ollama-truncated";

/** A route whose requests are texts, and where the server is called for it. */
interface TextRoute {
  path: string;
  upstream: string;
  bodyOf: (text: string, more?: object) => object;
}

const chatBody = (text: string, more: object = {}): object => ({
  model: "fake",
  messages: [{ role: "user", content: text }],
  ...more,
});

const ROUTES: TextRoute[] = [
  {
    path: "/api/v1/generate",
    upstream: "/api/generate",
    bodyOf: (text, more = {}) => ({ model: "fake", prompt: text, ...more }),
  },
  { path: "/api/v1/chat", upstream: "/api/chat", bodyOf: chatBody },
  { path: "/api/v1/chat/completions", upstream: "/api/chat", bodyOf: chatBody },
];

/** What each version keeps of a prompt that it cuts, and what it says of one that it may not cut. */
const VERSIONS = [
  { version: "0.13.5", kept: 64, says: {}, message: "The prompt does not fit the model's context" },
  {
    version: "0.30.0",
    kept: 34,
    says: { prompt_tokens: 100, context_tokens: 64 },
    message: "The prompt of 100 tokens does not fit the model's context of 64 tokens",
  },
] as const;

const startWith = (more: FakeOptions = {}, env: Record<string, string> = {}) =>
  startService(env, { contextLength: CONTEXT, ...more });

const asked = (bodies: Record<string, unknown>[]): unknown[] =>
  bodies.map(({ truncate }) => truncate);

const framesOf = (events: EventData[]): Record<string, unknown>[] =>
  events.filter((event) => typeof event !== "string");

describe.each(VERSIONS)("at Ollama $version", ({ version, kept, says, message }) => {
  describe.each(ROUTES)("$path", ({ path, upstream, bodyOf }) => {
    it("calls the server once where the prompt fits, and says nothing", async () => {
      const { gateway, ollama } = await startWith({ version });
      const answer = await gateway.post(path, bodyOf(SHORT));
      expect(answer.status).toBe(200);
      expect(answer.headers.has(HEADER)).toBe(false);
      expect(await jsonOf(answer)).not.toHaveProperty("truncated");
      expect(bodyTo(ollama, upstream)).toMatchObject({ truncate: false });
    });

    it("asks again with truncation where it does not, and says how much was read", async () => {
      const { gateway, ollama } = await startWith({ version });
      const answer = await gateway.post(path, bodyOf(LONG));
      expect(answer.status).toBe(200);
      expect(answer.headers.get(HEADER)).toBe(`kept=${kept}`);
      expect(await jsonOf(answer)).toMatchObject({ truncated: { kept } });
      const [first, second] = bodiesTo(ollama, upstream);
      expect(second).toEqual({ ...first, truncate: true });
      const stats = await jsonOf(await gateway.get("/api/v1/queue/stats"));
      expect(stats, "one place").toMatchObject({ completed: 1, failed: 0 });
      await nothingIsHeld({ gateway });
    });

    it("says it in the last part of a stream", async () => {
      const { gateway, ollama } = await startWith({ version });
      const answer = await gateway.post(path, bodyOf(LONG, { stream: true }));
      expect(answer.status).toBe(200);
      expect(answer.headers.has(HEADER)).toBe(false);
      const frames = framesOf(await eventsOf(answer));
      expect(frames.length).toBeGreaterThan(2);
      expect(frames.pop()).toMatchObject({ truncated: { kept } });
      for (const frame of frames) expect(frame).not.toHaveProperty("truncated");
      expect(asked(bodiesTo(ollama, upstream))).toEqual([false, true]);
      await nothingIsHeld({ gateway });
    });

    it.each([false, true])("refuses it for a client that says so, stream: %s", async (stream) => {
      const { gateway, ollama } = await startWith({ version });
      const answer = await gateway.post(path, bodyOf(LONG, { truncate: false, stream }));
      const body = await expectErrorOf(path, answer, { status: 400, code: "prompt_too_large" });
      const shown = typeof body["error"] === "object" ? body["error"] : body;
      expect(shown).toMatchObject(says);
      expect(JSON.stringify(body)).toContain(message);
      expect(asked(bodiesTo(ollama, upstream))).toEqual([false]);
      await nothingIsHeld({ gateway });
    });

    it.each([true, null])("cuts for one that says truncate: %s", async (truncate) => {
      const { gateway } = await startWith({ version });
      const answer = await gateway.post(path, bodyOf(LONG, { truncate }));
      expect(answer.headers.get(HEADER)).toBe(`kept=${kept}`);
    });
  });
});

describe("a prompt that is cut", () => {
  it("is so for a request's own num_ctx", async () => {
    const { gateway } = await startWith();
    const options = { num_ctx: 16 };
    const answer = await gateway.post("/api/v1/generate", { prompt: LONG, model: "fake", options });
    expect(answer.headers.get(HEADER)).toBe("kept=16");
  });

  it("is told of a request that brings tools, too", async () => {
    const { gateway, ollama } = await startWith();
    const tools = [{ type: "function", function: { name: "sum", parameters: {} } }];
    const answer = await gateway.post("/api/v1/generate", { model: "fake", prompt: LONG, tools });
    expect(answer.headers.get(HEADER)).toBe("kept=64");
    expect(asked(bodiesTo(ollama, "/api/chat"))).toEqual([false, true]);
  });

  it("passes without a word where Ollama's own routes are used", async () => {
    const { gateway, ollama } = await startWith();
    const answer = await gateway.post("/api/chat", chatBody(LONG, { stream: false }));
    expect(answer.headers.has(HEADER)).toBe(false);
    expect(await jsonOf(answer)).toMatchObject({ prompt_eval_count: 64 });
    expect(bodyTo(ollama, "/api/chat")).not.toHaveProperty("truncate");
  });

  it("has one record, whose first byte is that of the second call", async () => {
    const { gateway } = await startWith({ firstMs: 100 });
    const answer = await gateway.post("/api/v1/chat", chatBody(LONG));
    const logged = await loggedEventOf(gateway, idOf(answer));
    expect(logged).toMatchObject({ status_code: 200, input_tokens: 64, output_tokens: 2 });
    expect(Number(logged["first_ms"])).toBeGreaterThanOrEqual(95);
  });
});

describe("between the two calls", () => {
  const SAID = {
    message: { role: "assistant", content: "Hello" },
    done: true,
    done_reason: "stop",
    prompt_eval_count: 64,
  };
  const REFUSED = { error: "the input length exceeds the context length" };

  it("nothing else goes first that waits for the place", async () => {
    const { gateway, ollama } = await startService({ UPSTREAM_PARALLEL: "1" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const long = gateway.post("/api/v1/chat", chatBody(LONG));
    const first = await chats.next();
    const other = gateway.post("/api/v1/chat", chatBody(SHORT));
    await queued(gateway, 1);
    first.json(REFUSED, 400);
    const second = await chats.next();
    expect(second.body).toEqual({ ...first.body, truncate: true });
    second.json(SAID);
    (await chats.next()).json(SAID);
    expect((await long).headers.get(HEADER)).toBe("kept=64");
    expect((await other).headers.has(HEADER)).toBe(false);
  });

  it("a client that leaves is given up, and nothing is held", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const client = new AbortController();
    const { signal } = client;
    const gone = gateway.post("/api/v1/chat", chatBody(LONG), { signal }).catch(String);
    const first = await chats.next();
    first.json(REFUSED, 400);
    const second = await chats.next();
    expect(second.body).toMatchObject({ truncate: true });
    client.abort();
    await second.sawCancel();
    await gone;
    await nothingIsHeld({ gateway });
  });

  it("a server that dies is told as such", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = gateway.post("/api/v1/chat", chatBody(LONG, { stream: true }));
    (await chats.next()).json(REFUSED, 400);
    (await chats.next()).crash();
    await expectErrorOf("/api/v1/chat", await answer, {
      status: 503,
      code: "upstream_unavailable",
      retryAfter: 2,
    });
    await nothingIsHeld({ gateway });
  });

  it("a server that cannot cut it either says so", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = gateway.post("/api/v1/chat", chatBody(LONG));
    (await chats.next()).json(REFUSED, 400);
    (await chats.next()).json({ error: "the prompt is longer than the context length …" }, 400);
    await expectErrorOf("/api/v1/chat", await answer, { status: 400, code: "prompt_too_large" });
    await nothingIsHeld({ gateway });
  });

  it("a prompt that has grown too long while the model thought is told within the stream", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const answer = gateway.post("/api/v1/chat", chatBody(SHORT, { stream: true }));
    const held = await chats.next();
    held.piece("Hm");
    held.line(REFUSED);
    held.response.end();
    const frames = framesOf(await eventsOf(await answer));
    expect(frames.at(-1)).toMatchObject({ done: true, code: "prompt_too_large" });
  });
});

describe.each(["/api/v1/batch/chat", "/api/v1/batch/chat/completions"])("items of %s", (path) => {
  it("say each for itself that they were cut, or that they were not to be", async () => {
    const { gateway, ollama } = await startWith();
    const requests = [chatBody(SHORT), chatBody(LONG), chatBody(LONG, { truncate: false })];
    const answer = await gateway.post(path, { requests });
    expect(answer.headers.has(HEADER)).toBe(false);
    const [fits, cut, refused] = (await batchOf(answer)).results;
    expect(fits?.data).not.toHaveProperty("truncated");
    expect(cut?.data).toMatchObject({ truncated: { kept: 64 } });
    expect(refused).toMatchObject({ success: false, code: "prompt_too_large" });
    const calls = bodiesTo(ollama, "/api/chat");
    expect(calls).toHaveLength(4);
    expect(calls.filter(({ truncate }) => truncate === true)).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("say it in a stream as well", async () => {
    const { gateway } = await startWith();
    const answer = await gateway.post(path, { requests: [chatBody(LONG)], stream: true });
    expect(await answer.text()).toContain('"truncated":{"kept":64}');
  });
});

describe("texts for vectors", () => {
  it("are refused by the same code where they may not be cut, each client's for itself", async () => {
    const { gateway } = await startWith({}, { RATE_LIMIT_ENABLED: "false" });
    const path = "/api/v1/embeddings";
    const body = (prompt: string) => ({ model: "all-minilm", prompt, truncate: false });
    const [good, bad] = await Promise.all([
      gateway.post(path, body(SHORT)),
      gateway.post(path, body(LONG)),
    ]);
    expect(good.status).toBe(200);
    await expectErrorOf(path, bad, { status: 400, code: "prompt_too_large" });
    await nothingIsHeld({ gateway });
  });
});

it("an Ollama that cuts whatever it is told is named at the start", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  ollama.script("/api/version", (_request, response) => {
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end('{"version":"0.12.5"}');
  });
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  expect(gateway.said).toContainEqual(expect.stringMatching(/^Ollama 0\.12\.5 cuts prompts/));
});
