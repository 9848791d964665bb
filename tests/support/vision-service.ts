import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { until } from "./deadline.ts";
import { expectErrorOf } from "./dialect-errors.ts";
import { eventsOf, type EventData } from "./event-stream.ts";
import type { FakeOptions } from "./fake-ollama.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { dataUrl, imagePart, textPart } from "./image-files.ts";
import { seenBy, startSeeingOllama, type Seen } from "./seeing-ollama.ts";
import { jsonOf, type RunningService } from "./service.ts";
import { openSharedWorkers } from "./shared-workers.ts";

/** Starts the service in front of a fake that tells what its model `eyes` was shown. */
export async function startVision(
  env: Record<string, string> = {},
  fake: FakeOptions = {},
): Promise<RunningService> {
  const ollama = await startSeeingOllama(fake);
  const settings = { OLLAMA_BASE_URL: ollama.url, ...env };
  const gateway = await startGateway(settings, {}, { openPool: openSharedWorkers });
  return { gateway, ollama };
}

/** The routes of the service that take images, native first. */
export const VISION_PATHS = ["/api/v1/vlm", "/api/v1/vlm/openai", "/api/v1/chat/completions"];

/** A request about images, in the form that a path of the service takes. */
export function about(path: string, images: (Buffer | string)[], more: object = {}): object {
  const urls = images.map((image) => (typeof image === "string" ? image : dataUrl(image)));
  const text = "What is it?";
  if (path === "/api/v1/vlm") {
    return { messages: [{ role: "user", content: text }], images: urls, ...more };
  }
  const content = [...urls.map(imagePart), textPart(text)];
  return { messages: [{ role: "user", content }], ...more };
}

/** The answer is an error in the dialect of its path. @returns its fields, and its text. */
export async function expectVisionError(
  path: string,
  answer: Response,
  expected: { status: number; code: string; retryAfter?: number | number[] },
): Promise<Record<string, unknown> & { message: string }> {
  const body = await expectErrorOf(path, answer, expected);
  const { error } = body;
  if (typeof error === "string") return { ...body, message: error };
  return error as { message: string };
}

/** What the model was shown, by an answer in any of the whole forms. */
export async function seenIn(answer: Response): Promise<Seen> {
  const body = await jsonOf(answer);
  expect(body).not.toHaveProperty("error");
  return seenInBody(body);
}

interface AnyAnswer {
  message?: { content: string };
  response?: string;
  choices?: { message: { content: string } }[];
}

/** The same of a body that was read. */
export function seenInBody(body: object): Seen {
  const { message, response, choices } = body as AnyAnswer;
  return seenBy(message?.content ?? response ?? choices?.[0]?.message.content ?? "");
}

interface AnyFrame {
  chunk?: string;
  choices?: { delta: { content?: string } }[];
}

/** The text of a stream's events, native or OpenAI's. */
export function textOf(events: EventData[]): string {
  return events
    .map((event) => (typeof event === "string" ? {} : (event as AnyFrame)))
    .map(({ chunk, choices }) => chunk ?? choices?.[0]?.delta.content ?? "")
    .join("");
}

/** What the model was shown, by an answer that streams. */
export async function seenInStream(answer: Response): Promise<Seen> {
  expect(answer.headers.get("content-type")).toMatch(/^text\/event-stream/);
  return seenBy(textOf(await eventsOf(answer)));
}

/** Waits until the service's numbers are these. */
export async function loadIs(
  { gateway }: RunningService,
  expected: Partial<ReturnType<RunningService["gateway"]["service"]["load"]>>,
  what: string,
): Promise<void> {
  await until(() => {
    const load = gateway.service.load();
    return Object.entries(expected).every(
      ([name, count]) => load[name as keyof typeof load] === count,
    );
  }, what);
}

/** The events in requests.jsonl of requests for inference, as soon as there are so many. */
export async function requestEvents(
  { home }: Gateway,
  count: number,
): Promise<Record<string, unknown>[]> {
  let events: Record<string, unknown>[] = [];
  await until(async () => {
    const text = await readFile(join(home, "logs", "requests.jsonl"), "utf8").catch(() => "");
    const lines = text
      .trim()
      .split("\n")
      .filter((line) => line !== "");
    events = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ method }) => method === "POST");
    return events.length >= count;
  }, `${count} events in requests.jsonl`);
  return events;
}

/** No mistake of the service's own, and no thread that died, was written down. */
export async function expectNoFaults({ home }: Gateway): Promise<void> {
  const text = await readFile(join(home, "logs", "service.log"), "utf8").catch(() => "");
  expect(text).not.toMatch(/"level":(?:"error"|[56]0)|thread died|request failed/);
}
