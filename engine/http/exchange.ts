import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { EngineError } from "../errors.ts";
import { renderLine } from "../json/render-json.ts";

/** Content types as Ollama sends them; which one depends on where an answer was made. */
export const JSON_UTF8 = "application/json; charset=utf-8";
export const JSON_PLAIN = "application/json";
export const NDJSON = "application/x-ndjson";
export const SSE = "text/event-stream";

/** As much as fits into one string on both runtimes; Ollama has no limit. */
const MAX_BODY_BYTES = 256 << 20;

/**
 * One request and its answer. `signal` aborts when the exchange is over: answered, left by the
 * client, or cut off because the engine stops.
 */
export class Exchange {
  readonly method: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** The path segment that a route's `:name` matched. */
  parameter = "";
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;
  /**
   * Since when the exchange has been waiting for its client, in milliseconds of `performance.now`.
   */
  #waitingSince: number | undefined;

  constructor(request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    this.method = request.method ?? "GET";
    this.path = pathOf(request.url ?? "/");
    this.signal = signal;
    this.#request = request;
    this.#response = response;
  }

  /** The whole body. @throws {EngineError} 413 when it is longer than any request needs. */
  async body(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of this.chunks()) {
      bytes += chunk.length;
      if (bytes > MAX_BODY_BYTES) throw new EngineError(413, "http: request body too large");
      chunks.push(chunk);
    }
    return Buffer.concat(chunks);
  }

  /** The body as it arrives. A slow reader slows the client down. */
  async *chunks(): AsyncGenerator<Uint8Array, void> {
    const chunks = this.#request.iterator({ destroyOnReturn: false });
    try {
      for (;;) {
        this.#waitingSince = performance.now();
        const { value, done } = (await chunks.next()) as IteratorResult<Uint8Array, void>;
        this.#waitingSince = undefined;
        if (done === true) return;
        yield value;
      }
    } finally {
      this.#waitingSince = undefined;
      await chunks.return?.();
    }
  }

  /**
   * How long the client has stalled the exchange without a pause, in milliseconds: by not sending
   * the body, or by not reading the answer.
   */
  heldUpMs(now: number): number {
    return this.#waitingSince === undefined ? 0 : now - this.#waitingSince;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  json(status: number, value: unknown, contentType = JSON_UTF8): void {
    this.send(status, { "content-type": contentType }, renderLine(value));
  }

  send(status: number, headers: Record<string, string>, text = ""): void {
    if (this.#response.destroyed || this.started) return;
    const body = Buffer.from(text);
    this.#response.writeHead(status, { ...headers, "content-length": String(body.length) });
    this.#response.end(this.method === "HEAD" ? undefined : body);
    // Many clients read no answer before they have sent the whole body.
    this.#request.resume();
  }

  /**
   * Writes a piece of a streamed answer; the first one sends the headers. Waits while the client
   * reads slowly.
   */
  async write(contentType: string, text: string): Promise<void> {
    if (this.signal.aborted) return;
    const response = this.#response;
    if (!this.started) response.writeHead(200, { "content-type": contentType });
    if (response.write(text)) return;
    this.#waitingSince = performance.now();
    await once(response, "drain", { signal: this.signal }).catch(() => {});
    this.#waitingSince = undefined;
  }

  end(): void {
    this.#response.end();
  }

  /** Cuts the connection, instead of an answer that cannot be sent or read any more. */
  drop(): void {
    this.#response.destroy();
  }
}

/** The path as sent, without the query. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
