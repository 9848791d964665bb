import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { CliError, NotRunning } from "./cli-error.ts";

interface Sending {
  method?: string;
  headers?: OutgoingHttpHeaders;
  /** Sent as JSON. */
  body?: unknown;
  signal?: AbortSignal | undefined;
}

/** An answer whose body is still to be read, once. */
export interface HttpAnswer {
  status: number;
  /** 200 to 299. */
  ok: boolean;
  /** Where it came from. */
  url: string;
  /** Its bytes as they come. @throws the signal's reason; CliError where the service breaks off. */
  body: AsyncIterable<Uint8Array>;
  /** The body as JSON, or undefined for what is none. @throws as `body`. */
  json: () => Promise<unknown>;
}

/**
 * One request to a service. It is made with node:http, which is ready for its first one in a fifth
 * of the time that Node's fetch needs, and knows neither proxies nor limits of its own.
 * @throws NotRunning where nothing answers; the signal's reason.
 */
export async function send(url: string, sending: Sending = {}): Promise<HttpAnswer> {
  const { method = "GET", body, signal } = sending;
  signal?.throwIfAborted();
  const text = body === undefined ? undefined : JSON.stringify(body);
  const headers = { ...sending.headers, ...(text === undefined ? {} : JSON_BODY) };
  const { request } = url.startsWith("https:")
    ? await import("node:https")
    : await import("node:http");
  const message = await new Promise<IncomingMessage>((resolve, reject) => {
    // A connection of an earlier request may be one that a service before this has closed.
    const options = { method, headers, agent: false as const, ...(signal ? { signal } : {}) };
    const asked = request(url, options, resolve);
    asked.on("error", reject);
    asked.end(text);
  }).catch((err: unknown) => {
    signal?.throwIfAborted();
    throw new NotRunning(new URL(url).origin, err);
  });
  const status = message.statusCode ?? 0;
  const read = whole(message, signal);
  return { status, ok: status >= 200 && status < 300, url, body: read, json: () => jsonOf(read) };
}

const JSON_BODY = { "Content-Type": "application/json" };

async function* whole(
  message: IncomingMessage,
  signal: AbortSignal | undefined,
): AsyncGenerator<Uint8Array> {
  try {
    yield* message as AsyncIterable<Uint8Array>;
  } catch (err) {
    signal?.throwIfAborted();
    throw new CliError("The service broke off its answer. See: shared-ollama status", 1, {
      cause: err,
    });
  }
  // Bun ends the body of a request that was called off as if it were whole.
  signal?.throwIfAborted();
}

async function jsonOf(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  for await (const piece of body) pieces.push(piece);
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch {
    return undefined;
  }
}
