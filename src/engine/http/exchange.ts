import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import { renderJson } from "./render-json.ts";

/** Content types as Ollama sends them; which one depends on where an answer was made. */
export const JSON_UTF8 = "application/json; charset=utf-8";
export const JSON_PLAIN = "application/json";
export const NDJSON = "application/x-ndjson";
export const SSE = "text/event-stream";

/** One request and its answer. `signal` aborts when the client leaves or the engine stops. */
export class Exchange {
  readonly method: string;
  readonly path: string;
  readonly signal: AbortSignal;
  /** What a route's `:name` segment matched. */
  parameter = "";
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(request: IncomingMessage, response: ServerResponse, signal: AbortSignal) {
    this.method = request.method ?? "GET";
    this.path = pathOf(request.url ?? "/");
    this.signal = signal;
    this.#request = request;
    this.#response = response;
  }

  /** The whole body; Ollama knows no limit. */
  async body(): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.chunks()) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  /** The body as it comes; who reads slowly slows the client down. */
  chunks(): AsyncIterable<Uint8Array> {
    return this.#request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>;
  }

  get started(): boolean {
    return this.#response.headersSent;
  }

  json(status: number, value: unknown, contentType = JSON_UTF8): void {
    this.send(status, { "content-type": contentType }, renderJson(value));
  }

  send(status: number, headers: Record<string, string>, text = ""): void {
    if (this.#response.destroyed || this.started) return;
    const body = Buffer.from(text);
    this.#response.writeHead(status, { ...headers, "content-length": String(body.length) });
    this.#response.end(this.method === "HEAD" ? undefined : body);
    // Many clients read no answer before they have sent everything.
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
    if (!response.write(text)) {
      await once(response, "drain", { signal: this.signal }).catch(() => {});
    }
  }

  end(): void {
    this.#response.end();
  }

  /** Cuts the connection: nobody is there to read an answer. */
  drop(): void {
    this.#response.destroy();
  }
}

/** The path as sent, without the query. */
function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}
