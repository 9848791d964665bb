import { describe, expect, it } from "vitest";
import { pythonLines, RAW_LINE_ENDS } from "../support/python-lines.ts";
import { startService } from "../support/service.ts";

const WORDS = [`one${RAW_LINE_ENDS}`, `${RAW_LINE_ENDS}two`];
const TEXT = WORDS.join("");
const MESSAGES = [{ role: "user", content: "hi" }];
const CHAT = { model: "fake", messages: MESSAGES, stream: true };
const BATCH = { requests: [{ model: "fake", messages: MESSAGES }], stream: true };

const start = (env: Record<string, string> = {}) => startService(env, { chunks: WORDS });

/** The objects of a stream, read as httpx and requests read it: each has to be whole in its line. */
async function read(answer: Response): Promise<unknown[]> {
  expect(answer.status).toBe(200);
  return pythonLines(await answer.text())
    .map((line) => line.replace(/^data: /, "").trim())
    .filter((line) => line !== ":" && line !== "[DONE]")
    .map((line): unknown => JSON.parse(line));
}

describe("an answer with line ends that JSON leaves as they are", () => {
  it.each([
    ["/api/v1/generate", { model: "fake", prompt: "hi", stream: true }, 3],
    ["/api/v1/chat", CHAT, 3],
    ["/api/v1/chat/completions", CHAT, 3],
    ["/api/v1/batch/chat", BATCH, 2],
    ["/api/v1/batch/chat/completions", BATCH, 2],
  ])("is streamed in whole lines on %s", async (path, body, count) => {
    const { gateway } = await start();
    const frames = await read(await gateway.post(path, body));
    expect(frames).toHaveLength(count);
    const said = JSON.stringify(frames);
    for (const word of WORDS) expect(said).toContain(word);
  });

  it("is one line where it is whole, and of an earlier answer", async () => {
    const { gateway, ollama } = await start({ RESPONSE_CACHE_ENABLED: "true" });
    for (const stream of [false, true]) {
      const answer = await gateway.post("/api/v1/chat", { ...CHAT, stream });
      const frames = await read(answer);
      expect(frames).toHaveLength(stream ? 2 : 1);
      expect(frames[0]).toMatchObject(stream ? { chunk: TEXT } : { message: { content: TEXT } });
    }
    expect(ollama.to("/api/chat")).toHaveLength(1);
  });

  it("stays byte for byte where it passes through", async () => {
    const { gateway } = await start();
    const text = await (await gateway.post("/api/chat", CHAT)).text();
    for (const word of WORDS) expect(text).toContain(`"${word}"`);
  });
});

it("an error inside a stream is whole in its line too", async () => {
  const { gateway, ollama } = await start();
  ollama.script("/api/chat", (_request, response) => {
    response.writeHead(200, { "content-type": "application/x-ndjson" });
    response.write(
      `${JSON.stringify({ model: "fake", message: { content: "a" }, done: false })}\n`,
    );
    response.end(`${JSON.stringify({ error: TEXT })}\n`);
  });
  for (const path of ["/api/v1/chat", "/api/v1/chat/completions"]) {
    const frames = await read(await gateway.post(path, CHAT));
    expect(frames).toHaveLength(2);
    expect(frames[1]).toHaveProperty("error");
  }
});
