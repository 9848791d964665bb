import { expect } from "vitest";
import { startFakeOllama, type FakeOllama, type FakeOptions } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { bodiesTo } from "../support/service.ts";

export const MESSAGES = [{ role: "user", content: "hi" }];
/** Tokens of context that a model has whose request asks for none, and that it was made for. */
export const LOADED_WITH = 4096;
export const LARGEST = 65_536;

/** A server that loads anew by Ollama's rule, and the service before it. */
export async function setUp(
  env: Record<string, string> = {},
  fake: FakeOptions = {},
  contextLanes: Record<string, number[]> = {},
) {
  const facts = { contextLength: LOADED_WITH, largestContext: LARGEST };
  const ollama = await startFakeOllama({ ...facts, ...fake });
  const settings = { OLLAMA_BASE_URL: ollama.url, RATE_LIMIT_ENABLED: "false", ...env };
  const gateway = await startGateway(settings, {}, { contextLanes });
  return { gateway, ollama };
}

export const json = (value: object): string => JSON.stringify(value);

/** Asks on /api/v1; gives the header, once the answer is there. */
export async function ask(
  gateway: Gateway,
  options?: Record<string, unknown>,
  more: Record<string, unknown> = {},
): Promise<string | null> {
  const answer = await gateway.post("/api/v1/chat", {
    model: "fake",
    messages: MESSAGES,
    options,
    ...more,
  });
  await answer.text();
  expect(answer.status).toBe(200);
  return answer.headers.get("x-shared-ollama-num-ctx");
}

/** The options of the last request that the server was sent on a path. */
export const lastOptions = (ollama: FakeOllama, path = "/api/chat"): unknown =>
  bodiesTo(ollama, path).at(-1)?.["options"];

/** What the service tells of its memory. */
export async function memoryOf(gateway: Gateway) {
  return (await (await gateway.get("/api/v1/system/memory")).json()) as {
    models: { name: string; context: Record<string, unknown> }[];
    reloads_avoided: number;
  };
}
