import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";
import { CliError } from "./cli-error.ts";
import { httpProblem, isTimeout } from "./http-problem.ts";

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
  /** Where it leads instead. */
  location: string | undefined;
  /** Its bytes as they come. @throws the signal's reason; CliError where the service breaks off. */
  body: AsyncIterable<Uint8Array>;
  /** The body as JSON, or undefined for what is none. @throws as `body`. */
  json: () => Promise<unknown>;
}

/**
 * One request to a service. It is made with node:http, which is ready for its first one in a fifth
 * of the time that Node's fetch needs, and knows neither proxies nor limits of its own.
 * @throws NotRunning where no answer comes, in time included; CliError for an address that is none of
 * a service; the signal's reason.
 */
export async function send(url: string, sending: Sending = {}): Promise<HttpAnswer> {
  const { method = "GET", body, signal } = sending;
  assertWanted(url, signal);
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
    // Without a listener Node drops the connection, Bun keeps it, and neither says so.
    asked.on("upgrade", (answer, socket) => {
      socket.destroy();
      resolve(answer);
    });
    asked.end(text);
  }).catch((err: unknown) => {
    assertWanted(url, signal);
    throw httpProblem(url, err);
  });
  const { statusCode: status = 0, headers: said } = message;
  const read = whole(message, { url, signal });
  return {
    status,
    ok: status >= 200 && status < 300,
    url,
    location: said.location,
    body: read,
    json: () => jsonOf(read),
  };
}

/** @throws what a signal has called the request off with. */
function assertWanted(url: string, signal: AbortSignal | undefined): void {
  if (!signal?.aborted) return;
  throw isTimeout(signal.reason) ? httpProblem(url, signal.reason) : signal.reason;
}

const JSON_BODY = { "Content-Type": "application/json" };

async function* whole(
  message: IncomingMessage,
  { url, signal }: { url: string; signal: AbortSignal | undefined },
): AsyncGenerator<Uint8Array> {
  try {
    yield* message as AsyncIterable<Uint8Array>;
  } catch (err) {
    assertWanted(url, signal);
    throw new CliError("The service broke off its answer. See: shared-ollama status", undefined, {
      cause: err,
    });
  }
  // Bun ends the body of a request that was called off as if it were whole.
  assertWanted(url, signal);
}

/** No answer in one piece is longer, and Node has no text of twice the length. */
const LONGEST_JSON = 256 * 1_048_576;

async function jsonOf(body: AsyncIterable<Uint8Array>): Promise<unknown> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  for await (const piece of body) {
    length += piece.byteLength;
    if (length > LONGEST_JSON) throw new CliError("The service sent an answer without end");
    pieces.push(piece);
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString()) as unknown;
  } catch {
    return undefined;
  }
}
