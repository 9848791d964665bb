import { expect } from "vitest";
import { startFakeOllama, type FakeOllama } from "./fake-ollama.ts";
import { startGateway, type Gateway } from "./gateway.ts";

/** The service in front of a fake. */
export interface RunningService {
  gateway: Gateway;
  ollama: FakeOllama;
}

export const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

/**
 * Starts both; they end with the test. The fake's two models are in memory, so that what it
 * receives are the tests' requests and no loads.
 * @param more as `startGateway`.
 */
export async function startService(
  env: Record<string, string> = {},
  fake: Parameters<typeof startFakeOllama>[0] = {},
  more: Parameters<typeof startGateway>[2] = {},
): Promise<RunningService> {
  const models = ["fake:latest", "all-minilm:latest"];
  const ollama = await startFakeOllama({ models, ...fake });
  ollama.inMemory.push(...models);
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, ...env }, {}, more);
  return { gateway, ollama };
}

/** The bodies that the fake received on a path. */
export function bodiesTo(ollama: FakeOllama, path: string): Record<string, unknown>[] {
  return ollama.to(path).map(({ body }) => JSON.parse(body.toString()) as Record<string, unknown>);
}

/** The only body that the fake received on a path. */
export function bodyTo(ollama: FakeOllama, path: string): Record<string, unknown> {
  const bodies = bodiesTo(ollama, path);
  expect(bodies).toHaveLength(1);
  return bodies[0] ?? {};
}

/** The request's id as its answer's header has it. */
export function idOf(answer: Response): string {
  const id = answer.headers.get("x-shared-ollama-request-id") ?? "";
  expect(id).toMatch(UUID);
  return id;
}

/** The figures of an answer's Server-Timing, in milliseconds. */
export function serverTimingOf(answer: Response): Record<string, number> {
  const parts = (answer.headers.get("server-timing") ?? "").split(", ");
  const figures = parts.map((part) => part.split(";dur="));
  return Object.fromEntries(figures.map(([name = "", ms]) => [name, Number(ms)]));
}

/** The JSON body of an answer. */
export async function jsonOf(answer: Response): Promise<Record<string, unknown>> {
  expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
  return (await answer.json()) as Record<string, unknown>;
}

interface NativeError {
  status: number;
  code: string;
  type: string;
  /** Part of the text for people. */
  says?: string | RegExp;
  /** Fields beside the four that every error has. */
  more?: Record<string, unknown>;
}

/** The answer is an error of the service's own dialect, with exactly the contract's fields. */
export async function expectNativeError(
  answer: Response,
  { status, code, type, says = /./, more = {} }: NativeError,
): Promise<void> {
  const body = await jsonOf(answer);
  expect(body).toEqual({
    error: expect.stringMatching(says),
    error_type: type,
    code,
    request_id: idOf(answer),
    ...more,
  });
  expect(answer.status).toBe(status);
}

interface OpenAIError {
  status: number;
  code: string;
  type: string;
  param?: string | null;
  says?: string | RegExp;
  /** Fields of `error` beside the four. */
  inError?: Record<string, unknown>;
  /** Fields beside `error` and `request_id`. */
  more?: Record<string, unknown>;
}

/** The answer is an error in the form of `/api/v1/embeddings`: OpenAI's, with the service's facts. */
export async function expectEmbeddingError(
  answer: Response,
  { errorType, ...expected }: OpenAIError & { errorType: string },
): Promise<void> {
  const facts = { error_type: errorType, code: expected.code, ...expected.inError };
  await expectOpenAIError(answer, { ...expected, more: { ...expected.more, ...facts } });
}

/** The answer is an error in OpenAI's form. */
export async function expectOpenAIError(
  answer: Response,
  { status, code, type, param = null, says = /./, inError = {}, more = {} }: OpenAIError,
): Promise<void> {
  const body = await jsonOf(answer);
  const error = { message: expect.stringMatching(says), type, param, code, ...inError };
  expect(body).toEqual({ error, request_id: idOf(answer), ...more });
  expect(answer.status).toBe(status);
}
