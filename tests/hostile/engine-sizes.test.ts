import { describe, expect, it } from "vitest";
import { EngineError, toEngineError } from "../../engine/errors.ts";
import { tagImages } from "../../engine/inference/prompt.ts";
import { parseModelName } from "../../engine/models/names.ts";
import { MODEL, startFakeEngine } from "../support/fake-engine.ts";

const LONG = "x".repeat(8 << 20);
const MANY = 150_000;
const message = { role: "user", content: "Hi" };
const nested = (levels: number) => "[".repeat(levels) + "]".repeat(levels);

async function answered(answer: Response): Promise<[number, string]> {
  const body = (await answer.json()) as { error: string | { message: string } };
  return [answer.status, typeof body.error === "object" ? body.error.message : body.error];
}

describe("a name longer than any model's", () => {
  const PLACES: readonly [string, object][] = [
    ["/api/generate", { model: LONG, prompt: "Hi" }],
    ["/api/chat", { model: LONG, messages: [message] }],
    ["/api/embed", { model: LONG, input: "Hi" }],
    ["/api/embeddings", { model: LONG, prompt: "Hi" }],
    ["/api/show", { model: LONG }],
    ["/api/show", { name: LONG }],
    ["/api/pull", { model: LONG }],
    ["/api/create", { model: LONG, from: MODEL }],
    ["/api/create", { model: "m", from: LONG }],
    ["/api/copy", { source: LONG, destination: "m" }],
    ["/api/copy", { source: MODEL, destination: LONG }],
    ["/v1/chat/completions", { model: LONG, messages: [message] }],
    ["/v1/completions", { model: LONG, prompt: "Hi" }],
    ["/v1/embeddings", { model: LONG, input: "Hi" }],
  ];

  it("is refused everywhere in Ollama's words, neither kept nor logged", async () => {
    const { post, get, events, warnings } = await startFakeEngine();
    for (const [path, body] of PLACES) {
      expect([path, ...(await answered(await post(path, body)))]).toEqual([
        path,
        400,
        "invalid model name",
      ]);
    }
    expect(await answered(await get(`/v1/models/${"x".repeat(513)}`))).toEqual([
      400,
      "invalid model name",
    ]);
    expect(JSON.stringify([events, warnings]).length).toBeLessThan(1_000);
  });

  it("is none, whatever it is made of", () => {
    for (const text of [":".repeat(600), "/".repeat(600), `${"a".repeat(600)}://h/n/m`]) {
      expect(parseModelName(text)).toBeUndefined();
    }
    expect(parseModelName(`${"h".repeat(350)}/${"n".repeat(80)}/m:t`)).toBeDefined();
  });
});

describe("a list longer than any request's", () => {
  const many = <T>(item: T): T[] => Array.from({ length: MANY }, () => item);
  const parts = many({ type: "text", text: "" }).slice(0, 20_000);
  const LISTS: readonly [string, object, string][] = [
    ["/api/chat", { messages: many(7) }, "more than 10000 messages"],
    ["/api/chat", { messages: [message], tools: many(7) }, "more than 1024 tools"],
    ["/api/chat", { messages: [{ tool_calls: many(7) }] }, "more than 1024 tool_calls"],
    ["/api/chat", { messages: [{ images: many(7) }] }, "more than 1024 images"],
    ["/api/generate", { images: many(7), prompt: "" }, "more than 1024 images"],
    ["/api/generate", { prompt: "Hi", options: { stop: many("") } }, "more than 1024 stop"],
    ["/api/generate", { prompt: "Hi", options: keyed(2_000) }, "more than 1024 options"],
    ["/api/embed", { input: many(7) }, "more than 10000 texts"],
    ["/v1/chat/completions", { messages: many(7) }, "more than 10000 messages"],
    [
      "/v1/chat/completions",
      { messages: [{ role: "user", content: parts }] },
      "more than 10000 parts",
    ],
    ["/v1/chat/completions", { messages: [message], stop: many(7) }, "more than 1024 stop"],
    ["/v1/completions", { prompt: "Hi", stop: many(7) }, "more than 1024 stop"],
    ["/v1/embeddings", { input: many(7) }, "more than 10000 texts"],
    ["/api/create", { from: MODEL, license: many("x") }, "more than 64 license"],
    ["/api/create", { from: MODEL, messages: many(7) }, "more than 10000 messages"],
  ];

  it.each(LISTS)("%s is counted before it is looked at (%#)", async (path, fields, error) => {
    const { post } = await startFakeEngine();
    const [status, text] = await answered(await post(path, { model: MODEL, ...fields }));
    expect([status, text]).toEqual([400, expect.stringContaining(error)]);
  });
});

describe("JSON that is nested deeply", () => {
  it.each([
    ["options", `{"x":${nested(400)}}`, 200],
    ["options", `{"x":${nested(2_000)}}`, 400],
    ["format", schema(400), 400],
    ["format", schema(2_000), 400],
    ["format", nested(400), 500],
    ["context", nested(400), 400],
    ["keep_alive", nested(400), 400],
    ["think", nested(400), 400],
  ])("in %s is answered at once, with %#", async (field, json, status) => {
    const { post } = await startFakeEngine();
    const body = `{"model":"${MODEL}","prompt":"Hi","stream":false,"${field}":${json}}`;
    const answer = await post("/api/generate", body);
    expect(answer.status).toBe(status);
    expect((await answer.text()).length).toBeLessThan(3_000);
  });
});

describe("what an error quotes", () => {
  it("is cut", async () => {
    const { post } = await startFakeEngine();
    for (const more of [
      { keep_alive: LONG },
      { think: LONG },
      { format: LONG },
      { context: LONG },
    ]) {
      const answer = await post("/api/generate", { model: MODEL, prompt: "Hi", ...more });
      expect((await answer.text()).length).toBeLessThan(3_000);
    }
    expect(new EngineError(400, LONG).message.length).toBeLessThan(2_100);
  });

  it("is no file of this machine", () => {
    const full = Object.assign(
      new Error("ENOENT: no such file or directory, open '/home/me/blobs/it's here'"),
      { syscall: "open", path: "/home/me/blobs/it's here" },
    );
    expect(toEngineError(full).message).toBe("ENOENT: no such file or directory");
    expect(toEngineError(new Error("a fault, open '/x'")).message).toBe("a fault, open '/x'");
  });
});

it("a text full of places for images is looked through only for the images there are", () => {
  const content = "[img]".repeat(1_000_000);
  const [none] = tagImages([{ role: "user", content, imageCount: 0 }]);
  expect(none?.content).toBe(content);
  const [two] = tagImages([{ role: "user", content, imageCount: 2 }]);
  expect(two?.content.slice(0, 22)).toBe("[img-0][img-1][img][im");
  const [more] = tagImages([{ role: "user", content: "a [img] b", imageCount: 2 }]);
  expect(more?.content).toBe("[img-1]a [img-0] b");
});

function schema(levels: number): string {
  return '{"type":"array","items":'.repeat(levels) + "{}" + "}".repeat(levels);
}

function keyed(count: number): object {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 1]));
}
