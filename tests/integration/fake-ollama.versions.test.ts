import { describe, expect, it } from "vitest";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";
import { eventsOf, type EventData } from "../support/event-stream.ts";

const VERSIONS = ["0.13.5", "0.30.0"] as const;
const messages = [{ role: "user", content: "hi" }];
/** `{"model":"fake","input":"hi"}`, compressed with zstd. */
const ZIPPED = Buffer.from("KLUv/SAd6QAAeyJtb2RlbCI6ImZha2UiLCJpbnB1dCI6ImhpIn0=", "base64");

function post({ url }: FakeOllama, path: string, body?: object, init: RequestInit = {}) {
  return fetch(url + path, { method: "POST", body: JSON.stringify(body ?? {}), ...init });
}

async function jsonOf(answer: Response | Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

/** What kind each event is of. */
function typesOf(events: EventData[]): unknown[] {
  return events.map((event) => (typeof event === "string" ? event : event["type"]));
}

describe.each(VERSIONS)("the fake as Ollama %s", (version) => {
  const isLater = version !== "0.13.5";

  it("says which it is", async () => {
    const fake = await startFakeOllama({ version });
    expect(await jsonOf(fetch(`${fake.url}/api/version`))).toEqual({ version });
  });

  it.each([
    ["GET", "/api/status"],
    ["GET", "/api/experimental/model-recommendations"],
    ["POST", "/api/experimental/web_search"],
    ["POST", "/api/experimental/web_fetch"],
    ["POST", "/v1/messages"],
    ["POST", "/v1/audio/transcriptions"],
  ])("has %s %s only if it is the later one", async (method, path) => {
    const { url } = await startFakeOllama({ version });
    const { status } = await fetch(url + path, { method });
    if (isLater) expect(status).not.toBe(404);
    else expect(status).toBe(404);
  });

  it.each([
    ["POST", "/v1/messages/count_tokens", 404, "404 page not found"],
    ["GET", "/v1/responses/resp_1", 404, "404 page not found"],
    ["GET", "/metrics", 404, "404 page not found"],
    ["POST", "/api/delete", 405, "405 method not allowed"],
    ["HEAD", "/api/ps", 405, ""],
  ])("answers %s %s with %i in plain text", async (method, path, status, text) => {
    const { url } = await startFakeOllama({ version });
    const answer = await fetch(url + path, { method });
    expect(answer.status).toBe(status);
    expect(answer.headers.get("content-type")).toMatch(/^text\/plain/);
    expect(await answer.text()).toBe(text);
  });

  it("lists models in OpenAI's form, and one of them by its name", async () => {
    const { url } = await startFakeOllama({ version, models: ["a:latest", "b:1b"] });
    const b = { id: "b:1b", object: "model", created: 1_767_225_600, owned_by: "library" };
    const list = await jsonOf(fetch(`${url}/v1/models`));
    expect(list).toEqual({ object: "list", data: [{ ...b, id: "a:latest" }, b] });
    expect(await jsonOf(fetch(`${url}/v1/models/b%3A1b`))).toEqual(b);
    const missing = await fetch(`${url}/v1/models/c`);
    expect(missing.status).toBe(404);
    const type = isLater ? "not_found_error" : "api_error";
    expect(await jsonOf(missing)).toMatchObject({ error: { type, param: null, code: null } });
  });

  it("tells of a model that runs elsewhere where it does, and keeps none in memory", async () => {
    const remote = { "far:120b-cloud": "https://far.example" };
    const fake = await startFakeOllama({ version, remote });
    const there = { remote_model: "far:120b", remote_host: "https://far.example" };
    const model = "far:120b-cloud";
    const { models } = (await jsonOf(fetch(`${fake.url}/api/tags`))) as { models: object[] };
    expect(models).toEqual([
      expect.not.objectContaining(there),
      expect.objectContaining({ name: model, ...there }),
    ]);
    expect(await jsonOf(post(fake, "/api/show", { model }))).toMatchObject(there);
    const chat = { model, messages, stream: false };
    expect(await jsonOf(post(fake, "/api/chat", chat))).toMatchObject({ model, ...there });
    expect(fake.loads).toEqual([]);
    fake.cloud.isSignedIn = false;
    const refused = await post(fake, "/api/chat", chat);
    expect(refused.status).toBe(401);
    expect(await jsonOf(refused)).toHaveProperty("signin_url");
  });

  it("acts for its owner's account until it is signed out", async () => {
    const fake = await startFakeOllama({ version });
    expect(await jsonOf(post(fake, "/api/me"))).toMatchObject({ name: "owner" });
    expect(await (await post(fake, "/api/signout")).json()).toBeNull();
    expect((await post(fake, "/api/me")).status).toBe(401);
    const { status } = await fetch(`${fake.url}/api/user/keys/a2V5`, { method: "DELETE" });
    expect(status).toBe(401);
  });

  it("pulls, copies and deletes", async () => {
    const fake = await startFakeOllama({ version });
    const pulled = await post(fake, "/api/pull", { model: "new" });
    expect(await pulled.text()).toMatch(/\{"status":"success"\}\n$/);
    const copied = await post(fake, "/api/copy", { source: "new", destination: "copied" });
    expect(copied.status).toBe(200);
    const remove = () => post(fake, "/api/delete", { name: "new" }, { method: "DELETE" });
    expect((await remove()).status).toBe(200);
    expect((await remove()).status).toBe(404);
    expect((await post(fake, "/api/show", { model: "copied" })).status).toBe(200);
  });

  it("streams a chat with a role in each chunk, or in the first", async () => {
    const fake = await startFakeOllama({ version });
    const body = { model: "fake", messages, stream: true };
    const events = await eventsOf(await post(fake, "/v1/chat/completions", body));
    const choices = events.slice(0, -1).map((event) => (event as { choices: object[] }).choices[0]);
    const role = isLater ? {} : { role: "assistant" };
    expect(choices).toEqual([
      { index: 0, delta: { role: "assistant", content: "Hel" }, finish_reason: null },
      { index: 0, delta: { ...role, content: "lo" }, finish_reason: null },
      {
        index: 0,
        delta: isLater ? {} : { ...role, content: "" },
        finish_reason: "stop",
      },
    ]);
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("answers responses whole and streamed, numbered from start to end", async () => {
    const fake = await startFakeOllama({ version });
    const body = { model: "fake", input: "hi", instructions: "be short" };
    const whole = await jsonOf(post(fake, "/v1/responses", body));
    const content = [expect.objectContaining({ type: "output_text", text: "Hello" })];
    const output = [expect.objectContaining({ type: "message", content })];
    const usage = { input_tokens: 7, output_tokens: 2, total_tokens: 9 };
    expect(whole).toMatchObject({ object: "response", status: "completed", output, usage });
    if (isLater) expect(whole).toMatchObject({ instructions: "be short", store: false });
    else expect(whole).not.toHaveProperty("instructions");
    const answer = await post(fake, "/v1/responses", { ...body, stream: true });
    expect(answer.headers.get("content-type")).toBe("text/event-stream");
    const text = await answer.text();
    const names = [...text.matchAll(/^event: (.*)$/gm)].map(([, name]) => name);
    const events = [...text.matchAll(/^data: (.*)$/gm)].map(
      ([, data]) => JSON.parse(data ?? "") as Record<string, unknown>,
    );
    expect(names).toEqual([
      "response.created",
      "response.in_progress",
      "response.output_item.added",
      "response.content_part.added",
      "response.output_text.delta",
      "response.output_text.delta",
      "response.output_text.done",
      "response.content_part.done",
      "response.output_item.done",
      "response.completed",
    ]);
    expect(typesOf(events)).toEqual(names);
    expect(events.map((event) => event["sequence_number"])).toEqual([...names.keys()]);
    expect(events.at(-1)).toMatchObject({ response: { output, usage } });
  });

  it.each([
    ["high", 200],
    [true, 200],
    ["max", isLater ? 200 : 400],
    ["xhigh", 400],
    [3, 400],
  ])("thinks %s, or does not know how (%i)", async (think, status) => {
    const fake = await startFakeOllama({ version });
    const answer = await post(fake, "/api/chat", { model: "fake", messages, stream: false, think });
    expect(answer.status).toBe(status);
  });

  it.each([
    ["none", 200],
    ["minimal", isLater ? 200 : 400],
    ["ultra", isLater ? 200 : 400],
    ["much", 400],
  ])("takes an effort of %s, or does not (%i)", async (effort, status) => {
    const fake = await startFakeOllama({ version });
    const body = { model: "fake", messages, reasoning_effort: effort };
    expect((await post(fake, "/v1/chat/completions", body)).status).toBe(status);
  });

  it("reads bodies that are compressed with zstd, or takes them for broken JSON", async () => {
    const fake = await startFakeOllama({ version });
    const headers = { "Content-Encoding": "zstd" };
    const zipped = { body: ZIPPED, headers };
    const answer = await post(fake, "/v1/responses", undefined, zipped);
    if (isLater) expect(await jsonOf(answer)).toMatchObject({ model: "fake" });
    else expect(await answer.text()).toContain("invalid character '(' looking for beginning");
    const broken = { body: ZIPPED.subarray(4), headers };
    expect((await post(fake, "/v1/responses", undefined, broken)).status).toBe(400);
    expect((await post(fake, "/api/generate", undefined, zipped)).status).toBe(400);
  });

  it.each([{ shift: false }, { options: { draft_num_predict: 8 } }])(
    "loads anew for %j only if it is the later one",
    async (change) => {
      const fake = await startFakeOllama({ version });
      const ask = async (more: object) => {
        const answer = await post(fake, "/api/generate", { model: "fake", prompt: "hi", ...more });
        await answer.text();
      };
      await ask({});
      await ask(change);
      expect(fake.loads).toHaveLength(isLater ? 2 : 1);
      await ask({ ...change, options: { num_ctx: 4096 } });
      expect(fake.loads).toHaveLength(isLater ? 3 : 2);
    },
  );
});

describe("the fake as a later Ollama", () => {
  const version = "0.30.0";

  it("speaks Anthropic's dialect: whole, streamed, and when it refuses", async () => {
    const fake = await startFakeOllama({ version });
    const body = { model: "fake", max_tokens: 100, messages, system: "You are terse." };
    const message = { type: "message", role: "assistant", model: "fake" };
    expect(await jsonOf(post(fake, "/v1/messages?beta=true", body))).toMatchObject({
      ...message,
      content: [{ type: "text", text: "Hello" }],
      stop_reason: "end_turn",
      usage: { input_tokens: 7, output_tokens: 2 },
    });
    const answer = await post(fake, "/v1/messages", { ...body, stream: true });
    const text = await answer.text();
    const events = [...text.matchAll(/^event: (.*)\ndata: (.*)$/gm)].map(([, name, data]) => {
      const event = JSON.parse(data ?? "") as Record<string, unknown>;
      expect(event["type"]).toBe(name);
      return event;
    });
    expect(events).toEqual([
      {
        type: "message_start",
        // "user", "hi", "You are terse.": 20 characters, four to a token.
        message: expect.objectContaining({
          ...message,
          content: [],
          usage: { input_tokens: 5, output_tokens: 0 },
        }) as object,
      },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hel" } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "lo" } },
      { type: "content_block_stop", index: 0 },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 7, output_tokens: 2 },
      },
      { type: "message_stop" },
    ]);
    const refused = await post(fake, "/v1/messages", { ...body, max_tokens: 0 });
    expect(refused.status).toBe(400);
    expect(await jsonOf(refused)).toMatchObject({
      type: "error",
      error: {
        type: "invalid_request_error",
        message: "max_tokens is required and must be positive",
      },
    });
    const missing = await post(fake, "/v1/messages", { ...body, model: "none" });
    expect(await jsonOf(missing)).toMatchObject({ error: { type: "not_found_error" } });
  });

  it("writes down what a recording says, as JSON or as text", async () => {
    const { url } = await startFakeOllama({ version });
    const transcribe = (fields: Record<string, string | Blob>) => {
      const body = new FormData();
      for (const [name, value] of Object.entries(fields)) body.set(name, value);
      return fetch(`${url}/v1/audio/transcriptions`, { method: "POST", body });
    };
    const file = new Blob(["RIFF"]);
    expect(await jsonOf(transcribe({ model: "fake", file }))).toEqual({ text: "Hello" });
    const text = await transcribe({ model: "fake", file, response_format: "text" });
    expect(await text.text()).toBe("Hello");
    const missing = await jsonOf(transcribe({ model: "fake" }));
    expect(missing).toMatchObject({
      error: { message: expect.stringContaining("file is required") as string },
    });
    const noForm = await fetch(`${url}/v1/audio/transcriptions`, { method: "POST", body: "{}" });
    expect(await noForm.text()).toContain("failed to parse multipart form");
  });

  it("lists what a model can do, and how long its context is", async () => {
    const fake = await startFakeOllama({ version, vision: ["fake:latest"] });
    const capabilities = ["completion", "vision", "tools"];
    const { models } = (await jsonOf(fetch(`${fake.url}/api/tags`))) as { models: object[] };
    expect(models[0]).toMatchObject({ capabilities, details: { context_length: 131_072 } });
  });

  it("runs models of the cloud by their names alone, unless the cloud is off", async () => {
    const model = "never-pulled:cloud";
    const body = { model, max_tokens: 1, messages };
    const there = await startFakeOllama({ version });
    expect((await post(there, "/v1/messages", body)).status).toBe(200);
    expect((await post(there, "/api/chat", { model: "fake:local", messages })).status).toBe(200);
    const off = await startFakeOllama({ version, noCloud: true });
    const refused = await post(off, "/v1/messages", body);
    expect(refused.status).toBe(403);
    const error = "ollama cloud is disabled: remote model is unavailable";
    expect(await jsonOf(refused)).toEqual({ error });
    expect(await jsonOf(fetch(`${off.url}/api/status`))).toEqual({
      cloud: { disabled: true, source: "env" },
    });
  });

  it("searches and fetches for its owner", async () => {
    const fake = await startFakeOllama({ version });
    const search = () => post(fake, "/api/experimental/web_search", { query: "x" });
    expect(await jsonOf(search())).toHaveProperty("results");
    const page = post(fake, "/api/experimental/web_fetch", { url: "https://example.org" });
    expect(await jsonOf(page)).toHaveProperty("content");
    fake.cloud.isSignedIn = false;
    expect((await search()).status).toBe(401);
  });
});
