import { expect } from "vitest";
import { levelled } from "./allowed-differences.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import type { Header } from "./http-wire.ts";
import { connectRaw, type RawAnswer, type RawClient, type RawRequest } from "./raw-client.ts";
import { MARK, startRecordingUpstream } from "./recording-upstream.ts";
import type { RecordedRequest, RecordingUpstream } from "./recording-upstream.ts";
import { until } from "./deadline.ts";

/** A client, the service, and an upstream that records: all on raw sockets. */
export interface Line {
  client: RawClient;
  gateway: Gateway;
  upstream: RecordingUpstream;
}

/** Starts all three; they end with the test. */
export async function openLine(env: Record<string, string> = {}): Promise<Line> {
  const upstream = await startRecordingUpstream();
  const gateway = await startGateway({ OLLAMA_BASE_URL: upstream.url, ...env });
  return { upstream, gateway, client: await connectRaw(gateway.url) };
}

/** The upstream saw what the client sent, save for the allowed differences. */
export function expectSameRequest(
  sent: RawRequest,
  received: Pick<RecordedRequest, "method" | "target" | "headers" | "trailers">,
): void {
  const { method, target, headers = [] } = sent;
  const line = (m: string, t: string): string => `${m} ${t} HTTP/1.1`;
  const arrived = levelled("request", {
    startLine: line(received.method, received.target),
    headers: received.headers,
    trailers: received.trailers,
  });
  const expected = levelled("request", {
    startLine: line(method, target),
    headers: [[MARK, "1"], ...headers],
    trailers: [],
  });
  expect(arrived).toEqual(expected);
}

/** The client saw what the upstream sent, save for the allowed differences. */
export function expectSameAnswer(
  sent: { status: string; headers: Header[]; trailers?: Header[] },
  received: RawAnswer,
): void {
  const { head, trailers } = received;
  if (!head) throw new Error("there is no answer to compare");
  const arrived = levelled("answer", { ...head, trailers });
  const expected = levelled("answer", {
    startLine: `HTTP/1.1 ${sent.status}`,
    headers: sent.headers,
    trailers: sent.trailers ?? [],
  });
  expect(arrived).toEqual(expected);
}

/** Waits until nothing is held for any request: no place in a queue, no count, no timer. */
export async function nothingIsHeld({ gateway }: Pick<Line, "gateway">): Promise<void> {
  const isNone = (): boolean => Object.values(gateway.service.load()).every((held) => held === 0);
  await until(isNone, "nothing is held for any request");
}

/** The headers that Ollama puts on every answer of one kind. */
export function ollamaHeaders(contentType: string): Header[] {
  return [
    ["Content-Type", contentType],
    ["Date", "Sat, 21 Nov 2026 10:00:00 GMT"],
  ];
}
