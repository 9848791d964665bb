import { STATUS_CODES } from "node:http";
import { Readable } from "node:stream";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { Pool, type Dispatcher } from "undici";
import { ServiceError } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import { AnswerWriter, latin1 } from "./answer-writer.ts";
import { carried, isOfTrace } from "./carried-trace.ts";
import { decodedBody } from "./decoded-body.ts";
import { withPrefix } from "./request-target.ts";
import { NodeExchange } from "./exchange-node.ts";
import { type HeaderFilter, isReturned } from "./hop-headers.ts";
import type { OutgoingBody } from "./outgoing-body.ts";
import { Tail } from "./tail.ts";
import type { Signal } from "../runtime/light-signal.ts";
import type { ForwardRequest, Transport, UpstreamAnswer, UpstreamCall } from "./transport.ts";

/** Names and values of an answer's headers; undici's own limit is 16 KiB. */
const MAX_HEAD_BYTES = 81_920;

/** Node's transport. Answers are written to the client's socket without web streams between. */
export class NodeTransport implements Transport {
  readonly #pools = new Map<string, Pool>();
  readonly #filter: HeaderFilter;

  constructor(filter: HeaderFilter) {
    this.#filter = filter;
  }

  forward(request: ForwardRequest): Promise<Response> {
    const { exchange, origin, body } = request;
    if (!(exchange instanceof NodeExchange)) throw new TypeError("not an exchange of this runtime");
    return new Promise<Response>((resolve, reject) => {
      const passing = new PassingAnswer(request, exchange, {
        began: () => resolve(RESPONSE_ALREADY_SENT),
        failed: reject,
      });
      this.#pool(origin).dispatch(
        {
          path: exchange.target.forwarded,
          method: exchange.method,
          headers: forwardedHeaders(exchange, request, this.#filter),
          body: body === "stream" ? uploadOf(exchange) : sentBody(body),
        },
        passing,
      );
    });
  }

  async call({ origin, method, path, body, signal, trace }: UpstreamCall): Promise<UpstreamAnswer> {
    signal.throwIfAborted();
    try {
      const answer = await this.#pool(origin).request({
        path,
        method,
        headers: ["content-type", "application/json", ...(trace?.headers ?? [])],
        body: body ?? null,
        // undici only listens to it.
        signal,
      });
      const { headers, body: stream } = answer;
      const decoded = readable(stream, textOf(headers["content-encoding"]));
      let isRead = false;
      return {
        status: answer.statusCode,
        contentType: textOf(headers["content-type"]),
        location: textOf(headers["location"]) || undefined,
        body: {
          [Symbol.asyncIterator]: () => {
            isRead = true;
            return decoded[Symbol.asyncIterator]();
          },
        },
        isBeingRead: () => isRead && !stream.closed,
      };
    } catch (err) {
      signal.throwIfAborted();
      throw err instanceof ServiceError ? err : unreachable(err);
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#pools.values()].map((pool) => pool.destroy()));
    this.#pools.clear();
  }

  #pool(origin: string): Pool {
    let pool = this.#pools.get(origin);
    if (!pool) {
      // A restarted child has another port: what is left of the old one can go.
      for (const old of this.#pools.values()) void old.close();
      this.#pools.clear();
      // undici's own limits (300 s) would end answers that think quietly.
      pool = new Pool(origin, {
        headersTimeout: 0,
        bodyTimeout: 0,
        pipelining: 1,
        maxHeaderSize: MAX_HEAD_BYTES,
      });
      this.#pools.set(origin, pool);
    }
    return pool;
  }
}

interface Beginning {
  began: () => void;
  failed: (err: Error) => void;
}

/** undici's handler for one forwarded answer: each chunk goes straight to the client's socket. */
class PassingAnswer implements Dispatcher.DispatchHandler {
  // Not the whole request: it would keep the body for as long as the answer takes.
  readonly #onHead: ForwardRequest["onHead"];
  readonly #addHeaders: ForwardRequest["addHeaders"];
  readonly #lastWords: ForwardRequest["lastWords"];
  readonly #onEnd: ForwardRequest["onEnd"];
  readonly #heldUp: ForwardRequest["heldUp"];
  readonly #outgoing: NodeExchange["outgoing"];
  readonly #prefix: string;
  readonly #beginning: Beginning;
  readonly #signal: Signal;
  readonly #tail = new Tail();
  #abort: (() => void) | undefined;
  #status = 0;
  #contentType = "";
  #writer: AnswerWriter | undefined;
  /** Its length was not told, and it can be read as it is. */
  #isStream = false;
  #ended = false;

  constructor(request: ForwardRequest, exchange: NodeExchange, beginning: Beginning) {
    this.#onHead = request.onHead;
    this.#addHeaders = request.addHeaders;
    this.#lastWords = request.lastWords;
    this.#onEnd = request.onEnd;
    this.#heldUp = request.heldUp;
    this.#outgoing = exchange.outgoing;
    this.#prefix = exchange.target.prefix;
    this.#beginning = beginning;
    this.#signal = request.signal;
    this.#signal.addEventListener("abort", this.#breakOff, { once: true });
  }

  /** Called off, by the client or by us. */
  readonly #breakOff = (): void => {
    const reason = this.#signal.reason as Error;
    const isClosed = this.#closeWith(reason);
    if (!isClosed) this.#break();
    try {
      this.#end(isClosed, reason);
    } finally {
      // Last: it is told of as an error, at once.
      this.#abort?.();
    }
  };

  /** Ends a stream with what there is to say. @returns whether that could be done. */
  #closeWith(reason: Error): boolean {
    if (!this.#writer || !this.#isStream || this.#outgoing.destroyed) return false;
    const [contentType, tail] = [this.#contentType, this.#tail];
    const words = this.#lastWords({ contentType, tail, reason });
    if (words === undefined) return false;
    this.#writer.write(words);
    this.#writer.end();
    return true;
  }

  onConnect(abort: () => void): void {
    this.#abort = abort;
    if (this.#ended) abort();
    else if (this.#signal.aborted) this.#breakOff();
  }

  onHeaders(status: number, rawHeaders: Buffer[], resume: () => void, statusText: string): boolean {
    if (status < 200 || this.#ended) return true;
    this.#status = status;
    this.#onHead(status);
    const outgoing = this.#outgoing;
    const headers: string[] = [];
    let whole = false;
    let isEncoded = false;
    let trailer: string | undefined;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = latin1(rawHeaders[i]);
      if (!isReturned(name)) continue;
      if (name.length === 14 && name.toLowerCase() === "content-length") whole = true;
      if (name.length === 16 && name.toLowerCase() === "content-encoding") isEncoded = true;
      if (name.length === 12 && name.toLowerCase() === "content-type") {
        this.#contentType = latin1(rawHeaders[i + 1]);
      }
      if (name.length === 7 && name.toLowerCase() === "trailer")
        trailer = latin1(rawHeaders[i + 1]);
      else if (name.length === 8 && name.toLowerCase() === "location")
        headers.push(name, withPrefix(latin1(rawHeaders[i + 1]), this.#prefix));
      else headers.push(name, latin1(rawHeaders[i + 1]));
    }
    const isBodiless = status === 204 || status === 304 || outgoing.req.method === "HEAD";
    // Node refuses a head that names trailers where there are no chunks to follow.
    const isChunked = !whole && !isBodiless && outgoing.req.httpVersion === "1.1";
    if (trailer !== undefined && isChunked) headers.push("Trailer", trailer);
    headers.push(...this.#addHeaders(whole));
    try {
      outgoing.writeHead(status, phraseOf(status, statusText), headers);
    } catch (err) {
      // An answer that Node will not write counts as none.
      this.#status = 0;
      throw err;
    }
    if (isBodiless) {
      // undici takes a 304's length for that of a body, and would miss it.
      this.onComplete(null);
      this.#beginning.began();
      return true;
    }
    this.#isStream = !whole && !isEncoded;
    this.#writer = new AnswerWriter(outgoing, this.#heldUp, () => this.#ended || resume());
    if (!whole) this.#writer.flushHeadSoon();
    this.#beginning.began();
    return true;
  }

  onData(chunk: Buffer): boolean {
    // An empty one comes after a pause; as a chunk it would be the last.
    if (this.#ended || chunk.length === 0) return true;
    this.#tail.add(chunk);
    return this.#writer?.write(chunk) ?? true;
  }

  onComplete(rawTrailers: (Buffer | string)[] | null): void {
    if (this.#ended) return;
    if (this.#writer) this.#writer.end(rawTrailers ?? []);
    else this.#outgoing.end();
    this.#end(true);
  }

  onError(err: Error): void {
    if (this.#ended) return;
    this.#break();
    this.#end(false, this.#signal.aborted ? (this.#signal.reason as Error) : reasonOf(err));
  }

  /** After the first byte the only honest sign is the one upstream gave: a broken connection. */
  #break(): void {
    this.#writer?.break();
  }

  #end(complete: boolean, err?: Error): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#signal.removeEventListener("abort", this.#breakOff);
    this.#onEnd({
      status: this.#status,
      bytes: this.#writer?.bytes ?? 0,
      complete,
      contentType: this.#contentType,
      tail: this.#tail,
      err,
    });
    if (err && this.#status === 0) this.#beginning.failed(err);
  }
}

/** A client's body that stalled is no fault of the server's. */
function reasonOf(err: Error): ServiceError {
  return err instanceof ServiceError ? err : unreachable(err);
}

/**
 * The upstream's words for its status, or the usual ones where Node would refuse them: control
 * characters, and bytes beyond ASCII, which undici has taken for UTF-8.
 */
function phraseOf(status: number, text: string): string {
  return /^[\t\x20-\x7e]*$/.test(text) ? text : (STATUS_CODES[status] ?? "");
}

/** A body that is read here: decoded; one that cannot be is let go of. */
function readable(body: Dispatcher.ResponseData["body"], encoding: string) {
  try {
    return decodedBody(body as AsyncIterable<Uint8Array>, encoding);
  } catch (err) {
    body.on("error", () => {}).destroy();
    throw err;
  }
}

function textOf(header: string | string[] | undefined): string {
  return typeof header === "string" ? header : "";
}

function forwardedHeaders(
  exchange: NodeExchange,
  { body, headers: which, trace }: Pick<ForwardRequest, "body" | "headers" | "trace">,
  filter: HeaderFilter,
): string[] {
  const raw = exchange.incoming.rawHeaders;
  const headers: string[] = [];
  const carries = carried(trace, which);
  for (let i = 0; i + 1 < raw.length; i += 2) {
    const name = raw[i] ?? "";
    if (!filter.passes(name, which) || (carries && isOfTrace(name))) continue;
    headers.push(name, raw[i + 1] ?? "");
  }
  if (carries) headers.push(...carries.headers);
  // undici knows the length of what is sent whole.
  if (body === "stream") {
    const length = exchange.incoming.headers["content-length"];
    if (length !== undefined) headers.push("Content-Length", length);
  } else if (body?.isLarge) headers.push("Content-Length", String(body.byteLength));
  return headers;
}

function sentBody(body: OutgoingBody | undefined): Readable | Uint8Array | null {
  if (!body) return null;
  return body.isLarge ? Readable.from(body.slices(), { objectMode: false }) : body.whole();
}

/**
 * The client's body as undici may destroy it: a server that answers before it has read the whole
 * upload would else leave the client's connection deaf for what follows.
 */
function uploadOf(exchange: NodeExchange): Readable {
  return Readable.from(exchange.upload(), { objectMode: false });
}
