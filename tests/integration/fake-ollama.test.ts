import { spawn } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama, type FakeOllama } from "../support/fake-ollama.ts";

const MODEL = "fake";
/** Longer than any test waits. */
const NEVER_MS = 600_000;
/** Timers may fire that much too early. */
const EARLY_MS = 2;

const messages = [{ role: "user", content: "hi" }];
const ASKED: Record<string, object> = {
  "/api/generate": { prompt: "hi" },
  "/api/chat": { messages },
  "/api/embed": { input: ["a", "b"] },
  "/api/embeddings": { prompt: "a" },
  "/v1/chat/completions": { messages },
  "/v1/completions": { prompt: "hi" },
  "/v1/embeddings": { input: "a" },
};
const TEXT_PATHS = ["/api/generate", "/api/chat", "/v1/chat/completions", "/v1/completions"];

function ask({ url }: FakeOllama, path: string, more: object = {}, signal?: AbortSignal) {
  const body = JSON.stringify({ model: MODEL, ...ASKED[path], ...more });
  return fetch(url + path, { method: "POST", body, ...(signal && { signal }) });
}

async function jsonOf(answer: Promise<Response>): Promise<Record<string, unknown>> {
  return (await (await answer).json()) as Record<string, unknown>;
}

/** The lines or events of a stream, without what frames them. */
async function partsOf(answer: Promise<Response>): Promise<string[]> {
  const lines = (await (await answer).text()).split("\n").filter((line) => line !== "");
  return lines.map((line) => line.replace(/^data: /, ""));
}

/** When each line or event of an answer came, in milliseconds from the request on. */
async function partTimes(answer: () => Promise<Response>): Promise<number[]> {
  const askedAt = performance.now();
  const times: number[] = [];
  for await (const chunk of (await answer()).body ?? []) {
    const parts = Buffer.from(chunk).toString().split("\n");
    const ms = performance.now() - askedAt + EARLY_MS;
    times.push(...parts.filter((part) => part !== "").map(() => ms));
  }
  return times;
}

const TIMED = { loadMs: 20, firstMs: 30, bodyMs: 40 };
const DURATIONS = {
  total_duration: 90_000_000,
  load_duration: 20_000_000,
  prompt_eval_duration: 30_000_000,
  eval_duration: 40_000_000,
};
const COUNTS = { prompt_eval_count: 7, eval_count: 2 };
const USAGE = { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 };

describe("the fake's answers", () => {
  it.each([
    ["/api/generate", { response: "Hello", done: true, ...COUNTS, ...DURATIONS }],
    ["/api/chat", { message: { content: "Hello" }, done: true, ...COUNTS, ...DURATIONS }],
    ["/v1/chat/completions", { choices: [{ message: { content: "Hello" } }], usage: USAGE }],
    ["/v1/completions", { choices: [{ text: "Hello", finish_reason: "stop" }], usage: USAGE }],
    [
      "/api/embed",
      {
        embeddings: [
          [0.6, 0.8],
          [0.6, 0.8],
        ],
        prompt_eval_count: 6,
      },
    ],
    ["/api/embeddings", { embedding: [0.6, 0.8] }],
    ["/v1/embeddings", { data: [{ embedding: [0.6, 0.8] }], usage: { total_tokens: 3 } }],
  ])("say on %s what was made, and what it took", async (path, expected) => {
    const fake = await startFakeOllama(TIMED);
    expect(await jsonOf(ask(fake, path, { stream: false }))).toMatchObject(expected);
  });

  it.each([
    ["/api/generate", ({ response }: { response: string }) => response],
    ["/api/chat", ({ message }: { message: { content: string } }) => message.content],
  ])("stream on %s without being asked, the figures in the last line", async (path, textOf) => {
    const parts = await partsOf(ask(await startFakeOllama(TIMED), path));
    const lines = parts.map((part) => JSON.parse(part) as Parameters<typeof textOf>[0]);
    expect(lines.map((line) => textOf(line as never))).toEqual(["Hel", "lo", ""]);
    expect(lines.at(-1)).toMatchObject({ done: true, ...COUNTS, ...DURATIONS });
  });

  it.each([
    ["/v1/chat/completions", { delta: { content: "lo" } }],
    ["/v1/completions", { text: "lo" }],
  ])("stream on %s with the usage before the end, if it is wanted", async (path, second) => {
    const fake = await startFakeOllama();
    const bare = await partsOf(ask(fake, path, { stream: true }));
    expect(bare).toHaveLength(4);
    expect(bare.join("")).not.toContain('"total_tokens":9');
    const options = { stream: true, stream_options: { include_usage: true } };
    const parts = await partsOf(ask(fake, path, options));
    expect(parts.at(-1)).toBe("[DONE]");
    expect(JSON.parse(parts.at(-2) ?? "")).toMatchObject({ choices: [], usage: USAGE });
    expect(JSON.parse(parts[1] ?? "")).toMatchObject({ choices: [second] });
    expect(parts).toHaveLength(5);
  });
});

describe("the fake's time", () => {
  it.each(TEXT_PATHS)("passes in a stream from piece to piece on %s", async (path) => {
    const fake = await startFakeOllama(TIMED);
    const times = await partTimes(() => ask(fake, path, { stream: true }));
    for (const [part, due] of [50, 70, 90].entries()) {
      expect(times[part]).toBeGreaterThanOrEqual(due);
    }
  });

  it.each(Object.keys(ASKED))("passes before a whole answer has ended on %s", async (path) => {
    const fake = await startFakeOllama(TIMED);
    const times = await partTimes(() => ask(fake, path, { stream: false }));
    expect(times[0]).toBeGreaterThanOrEqual(50);
    expect(times.at(-1)).toBeGreaterThanOrEqual(90);
  });

  it.each([true, false])("has a first part go at once (stream: %s), then none", async (stream) => {
    const fake = await startFakeOllama({ bodyMs: NEVER_MS });
    const client = new AbortController();
    const answer = await ask(fake, "/api/chat", { stream }, client.signal);
    const first = await within(answer.body?.getReader().read() ?? Promise.reject(), "a first part");
    expect(Buffer.from(first.value ?? []).toString()).toMatch(/^\{"model":"fake"/);
    client.abort();
    await fake.sawCancel("/api/chat");
    await until(() => fake.running === 0, "a client that leaves ends its inference");
  });

  it("is one load's for all that wait for it, and for a request that only loads", async () => {
    const fake = await startFakeOllama({ loadMs: 60 });
    const askedAt = performance.now();
    const load = { messages: [], stream: false };
    const [loaded, whole] = await Promise.all([
      jsonOf(ask(fake, "/api/chat", load)),
      jsonOf(ask(fake, "/api/chat", { stream: false })),
    ]);
    expect(performance.now() - askedAt).toBeGreaterThanOrEqual(60 - EARLY_MS);
    expect(loaded).toMatchObject({ done: true, done_reason: "load" });
    expect(whole["load_duration"]).toBeGreaterThan(0);
    expect(fake.loads).toEqual(["fake:latest"]);
    const again = await jsonOf(ask(fake, "/api/chat", { stream: false }));
    expect(again["load_duration"]).toBeLessThan(60_000_000);
  });

  it("is spent by one after the other where only one may run", async () => {
    const fake = await startFakeOllama({ parallel: 1, firstMs: NEVER_MS });
    const clients: AbortController[] = [];
    const leave = async (index: number) => {
      clients[index]?.abort();
      await until(() => fake.received[index]?.cancelled === true, `request ${index} has left`);
    };
    for (const count of [1, 2, 3]) {
      const client = new AbortController();
      clients.push(client);
      ask(fake, "/api/chat", {}, client.signal).catch(() => {});
      await until(() => fake.received.length === count, `request ${count} is there`);
    }
    // One that waits leaves, then the one that runs.
    await leave(1);
    await leave(0);
    await until(() => fake.running === 1, "the last one runs");
    await leave(2);
    await until(() => fake.running === 0, "none runs");
    expect(fake.mostRunning).toBe(1);
  });

  it("is a time of their own for vectors", async () => {
    const fake = await startFakeOllama({ firstMs: NEVER_MS, embedMs: 30 });
    expect(await jsonOf(ask(fake, "/api/embed"))).toMatchObject({ total_duration: 30_000_000 });
  });
});

describe("the fake's memory", () => {
  it("gives up its oldest model for another, and one that is unloaded", async () => {
    const fake = await startFakeOllama({
      models: ["a:latest", "b:latest", "c:latest"],
      capacity: 2,
    });
    for (const model of ["a", "b", "a", "c"]) await jsonOf(ask(fake, "/api/embed", { model }));
    expect(fake.inMemory).toEqual(["b:latest", "c:latest"]);
    const unload = { model: "b", prompt: "", keep_alive: 0 };
    expect(await jsonOf(ask(fake, "/api/generate", unload))).toMatchObject({
      done_reason: "unload",
    });
    expect(fake.inMemory).toEqual(["c:latest"]);
    expect(fake.loads).toHaveLength(3);
  });
});

describe("the fake as a program", () => {
  it("listens, answers as it was told to, says what it loads, and ends when asked to", async () => {
    const file = join(import.meta.dirname, "../fake-ollama/main.mjs");
    const options = ["--models", "one,all-minilm", "--pieces", "3", "--dimensions", "4"];
    const program = spawn(process.execPath, [file, ...options, "--first-ms", "20"]);
    onTestFinished(() => void program.kill("SIGKILL"));
    let said = "";
    program.stdout.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
    const ended = new Promise((resolve) => program.once("exit", resolve));
    const url = () => /Listening on (\S+)/.exec(said)?.[1];
    await until(() => url() !== undefined, "its address");
    const post = async (path: string, body: object) =>
      jsonOf(fetch(url() + path, { method: "POST", body: JSON.stringify(body) }));
    expect(await post("/api/chat", { model: "one", messages, stream: false })).toMatchObject({
      message: { content: " word word word" },
      prompt_eval_duration: 20_000_000,
    });
    const input = ["a", "b", "a"];
    const { embeddings } = (await post("/api/embed", { model: "all-minilm", input })) as {
      embeddings: number[][];
    };
    expect(embeddings.map(({ length }) => length)).toEqual([4, 4, 4]);
    expect(embeddings[2]).toEqual(embeddings[0]);
    expect(embeddings[1]).not.toEqual(embeddings[0]);
    expect(said).toContain('{"event":"model_loaded","model":"one:latest"}');
    program.kill("SIGTERM");
    expect(await within(ended, "its end")).toBe(0);
  });
});
