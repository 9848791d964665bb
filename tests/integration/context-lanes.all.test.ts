import { describe, expect, it } from "vitest";
import type { Gateway } from "../support/gateway.ts";
import { ask, lastOptions, LARGEST, LOADED_WITH, setUp } from "./context-lanes-set-up.ts";

const ALL = { CONTEXT_LANES: "all" };

interface Way {
  path?: string;
  headers?: Record<string, string>;
  status?: number;
}

/** Sends a body as it stands; gives the header, once the answer is there. */
async function pass(
  gateway: Gateway,
  body: string,
  { path = "/api/chat", headers, status = 200 }: Way = {},
): Promise<string | null> {
  const answer = await gateway.post(path, body, headers && { headers });
  await answer.text();
  expect(answer.status).toBe(status);
  return answer.headers.get("x-shared-ollama-num-ctx");
}

/** A body that nobody's encoder writes, with something in place of its options. */
const chat = (options: string, content = "hi"): string =>
  `{ "model":"fake",  "messages":[{"role":"user","content":"${content}"}],${options}\n"stream": false}`;

describe("with CONTEXT_LANES=all", () => {
  it("num_ctx of a body on /api is replaced or added, and no other byte is touched", async () => {
    const { gateway, ollama } = await setUp(ALL);
    const last = (): string => ollama.to("/api/chat").at(-1)?.body.toString() ?? "";
    const first = chat('"options": {"num_ctx" : 8192, "num_gpu":1},');
    expect(await pass(gateway, first)).toBe("asked=8192, used=8192");
    expect(last()).toBe(first);
    const smaller = chat('"options": {"num_ctx" : 512, "num_gpu":1},');
    expect(await pass(gateway, smaller)).toBe("asked=512, used=8192");
    expect(last()).toBe(first);
    expect(await pass(gateway, chat('"options": {"num_gpu":1},'))).toBeNull();
    expect(last()).toBe(chat('"options": {"num_ctx":8192,"num_gpu":1},'));
    expect(ollama.loads).toHaveLength(1);
    const wide = chat('"options": {"num_ctx" : 9000, "num_gpu":1},');
    expect(await pass(gateway, wide)).toBe(`asked=9000, used=${LARGEST}`);
    expect(last()).toBe(wide.replace("9000", String(LARGEST)));
    expect(ollama.loads).toHaveLength(2);
    // And /api/v1 is in the same lane.
    expect(await ask(gateway, { num_ctx: 2048 })).toBe(`asked=2048, used=${LARGEST}`);
    expect(ollama.loads).toHaveLength(2);
  });

  it("a model that the server has loaded by itself is told its own size", async () => {
    const { gateway, ollama } = await setUp(ALL);
    await pass(gateway, chat(""));
    expect(await pass(gateway, chat('"options":{"num_ctx":64},'))).toBe(
      `asked=64, used=${LOADED_WITH}`,
    );
    expect(lastOptions(ollama)).toEqual({ num_ctx: LOADED_WITH });
    expect(ollama.loads).toHaveLength(1);
  });

  it("a large body is changed in the same way", async () => {
    const { gateway, ollama } = await setUp(ALL);
    await pass(gateway, chat('"options":{"num_ctx":8192},'));
    const content = "x".repeat(1_000_000);
    const large = chat('"options":{"num_ctx":100},', content);
    expect(await pass(gateway, large)).toBe("asked=100, used=8192");
    const { body } = ollama.to("/api/chat").at(-1) ?? {};
    expect(body?.toString() === large.replace("100}", "8192}")).toBe(true);
    expect(ollama.loads).toHaveLength(1);
  });

  it("so is one that goes through the response cache, which takes two sizes for two questions", async () => {
    const { gateway, ollama } = await setUp({ ...ALL, RESPONSE_CACHE_ENABLED: "true" });
    const headers = { "content-type": "application/json", "x-shared-ollama-cache": "exact" };
    const asking = (size: number): Promise<string | null> =>
      pass(gateway, chat(`"options":{"num_ctx":${size},"temperature":0},`), { headers });
    expect(await asking(8192)).toBe("asked=8192, used=8192");
    expect(await asking(512)).toBe("asked=512, used=8192");
    expect(lastOptions(ollama)).toEqual({ num_ctx: 8192, temperature: 0 });
    // Kept answers were made by no model.
    expect(await asking(512)).toBeNull();
    expect(ollama.to("/api/chat")).toHaveLength(2);
  });

  it.each([
    ["OpenAI's dialect has no word for it", "/v1/chat/completions", chat(""), 200],
    ["what no server takes is left to it", "/api/chat", chat('"options":{"num_ctx":"8192"},'), 200],
    ["a body that can be read in two ways", "/api/chat", chat('"options":{},"options":{},'), 200],
    ["a body with something behind it", "/api/chat", `${chat("")} {}`, 400],
  ])("untouched is: %s", async (_what, path, body, status) => {
    const { gateway, ollama } = await setUp(ALL);
    await pass(gateway, chat('"options":{"num_ctx":8192},'));
    ollama.script(path, (_request, response) => void response.writeHead(status).end("{}"));
    expect(await pass(gateway, body, { path, status })).toBeNull();
    expect(ollama.to(path).at(-1)?.body.toString()).toBe(body);
  });

  it("an unload is no request for a context", async () => {
    const { gateway, ollama } = await setUp(ALL);
    await pass(gateway, chat('"options":{"num_ctx":8192},'));
    const body = '{"model":"fake","keep_alive":0}';
    await pass(gateway, body, { path: "/api/generate" });
    expect(ollama.to("/api/generate").at(-1)?.body.toString()).toBe(body);
    expect(ollama.inMemory).toEqual([]);
  });
});

it("without it bodies on /api are sent as they come", async () => {
  const { gateway, ollama } = await setUp();
  await ask(gateway, { num_ctx: 8192 });
  const body = chat('"options":{"num_ctx":512},');
  expect(await pass(gateway, body)).toBeNull();
  expect(ollama.to("/api/chat").at(-1)?.body.toString()).toBe(body);
});

it("the response cache of /api/v1 goes by what was asked, not by what was used", async () => {
  const { gateway, ollama } = await setUp({ RESPONSE_CACHE_ENABLED: "true" });
  const fixed = { temperature: 0 };
  expect(await ask(gateway, { num_ctx: 8192, ...fixed })).toBe("asked=8192, used=8192");
  expect(await ask(gateway, { num_ctx: 4096, ...fixed })).toBe("asked=4096, used=8192");
  expect(ollama.to("/api/chat")).toHaveLength(2);
  expect(await ask(gateway, { num_ctx: 4096, ...fixed })).toBeNull();
  expect(ollama.to("/api/chat")).toHaveLength(2);
});
