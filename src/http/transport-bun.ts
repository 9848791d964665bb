import { ServiceError } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import { carried, isOfTrace, type CarriedTrace } from "./carried-trace.ts";
import { decodedBody } from "./decoded-body.ts";
import { BUN_DIRECT } from "./direct-fetch.ts";
import { directStream } from "./direct-stream.ts";
import { BunExchange } from "./exchange-bun.ts";
import { type HeaderFilter, isReturned } from "./hop-headers.ts";
import { LightSignal, nativeSignal, type Signal } from "../runtime/light-signal.ts";
import { OutgoingBody } from "./outgoing-body.ts";
import { withPrefix } from "./request-target.ts";
import { Tail } from "./tail.ts";
import type {
  ForwardEnd,
  ForwardRequest,
  Transport,
  UpstreamAnswer,
  UpstreamCall,
} from "./transport.ts";

/** Answers of a known length up to this size are passed on in one piece. */
const WHOLE_ANSWER_BYTES = 65_536;

type FetchBody = NonNullable<RequestInit["body"]>;

/** Bun's fetch decodes by itself, unless this stands with its other options. */
const UNTOUCHED = { ...BUN_DIRECT, decompress: false } as const;

/** Bun's transport: native fetch. */
export class BunTransport implements Transport {
  readonly #filter: HeaderFilter;

  constructor(filter: HeaderFilter) {
    this.#filter = filter;
  }

  async forward(request: ForwardRequest): Promise<Response> {
    const { exchange, origin, body, headers, trace, heldUp, onHead, addHeaders, onEnd } = request;
    const { lastWords } = request;
    if (!(exchange instanceof BunExchange)) throw new TypeError("not an exchange of this runtime");
    const abort = new LightSignal();
    const stopFollowing = abort.follow(request.signal);
    const tail = new Tail();
    let hasEnded = false;
    const end: Passing["end"] = (answered, complete, err): void => {
      if (hasEnded) return;
      hasEnded = true;
      stopFollowing();
      // Else it may have been its client that has left.
      if (complete) exchange.answered();
      onEnd({ status: 0, bytes: 0, contentType: "", ...answered, complete, tail, err });
    };
    try {
      abort.throwIfAborted();
      const answer = await fetch(origin + exchange.target.forwarded, {
        method: exchange.method,
        headers: forwardedHeaders(exchange.request.headers, { body, headers, trace }, this.#filter),
        ...sentBody(body === "stream" ? uploadOf(exchange, abort) : body),
        signal: abort.native,
        ...UNTOUCHED,
      });
      const told = { heldUp, onHead, addHeaders, lastWords };
      const passing = { exchange, signal: abort, ...told, tail, end };
      return await this.#answer(answer, passing);
    } catch (err) {
      const reason = abort.aborted ? (abort.reason as Error) : unreachable(err);
      end({}, false, reason);
      // The rest of an answer that cannot be passed on is cancelled.
      abort.abort(reason);
      throw reason;
    }
  }

  async call({ origin, method, path, body, signal, trace }: UpstreamCall): Promise<UpstreamAnswer> {
    signal.throwIfAborted();
    try {
      const answer = await fetch(origin + path, {
        method,
        headers: callHeaders(trace),
        body: body ?? null,
        signal: nativeSignal(signal),
        ...UNTOUCHED,
      });
      return {
        status: answer.status,
        contentType: answer.headers.get("content-type") ?? "",
        location: answer.headers.get("location") ?? undefined,
        ...(await readable(answer)),
      };
    } catch (err) {
      signal.throwIfAborted();
      throw err instanceof ServiceError ? err : unreachable(err);
    }
  }

  async close(): Promise<void> {}

  async #answer(answer: Response, passing: Passing): Promise<Response> {
    const { exchange, signal, heldUp, onHead, addHeaders, tail, end } = passing;
    const { status } = answer;
    const { prefix } = exchange.target;
    // No Response can be made with these, and what is reported of an answer must be true.
    if (status < 200 || status > 599) throw new Error(`the status ${status} is none`);
    onHead(status);
    const contentType = answer.headers.get("content-type") ?? "";
    const length = Number(answer.headers.get("content-length") ?? Number.NaN);
    // To read `body` makes a stream of it, which most answers do without.
    if (length <= WHOLE_ANSWER_BYTES || !answer.body) {
      const bytes = await answer.arrayBuffer();
      const headers = returnedHeaders(answer.headers, prefix, addHeaders(true));
      tail.add(new Uint8Array(bytes));
      end({ status, contentType, bytes: bytes.byteLength }, true);
      return new Response(bytes.byteLength > 0 ? bytes : null, { status, headers });
    }
    const headers = returnedHeaders(answer.headers, prefix, addHeaders(!Number.isNaN(length)));
    const reader = answer.body.getReader();
    const isStream = Number.isNaN(length) && !answer.headers.has("content-encoding");
    let closedFor: Error | undefined;
    const lastWords = (): string | undefined => {
      if (!signal.aborted || !isStream || exchange.hasLeft) return undefined;
      const reason = signal.reason as Error;
      const words = passing.lastWords({ contentType, tail, reason });
      if (words !== undefined) closedFor = reason;
      return words;
    };
    const body = directStream({
      client: exchange,
      signal,
      heldUp,
      next: () => reader.read(),
      onPiece: (piece) => tail.add(piece),
      lastWords,
      cancel: (reason) => reader.cancel(reason),
      onEnd: (bytes, err) =>
        end({ status, contentType, bytes }, err === undefined, err ?? closedFor),
    });
    return new Response(body, { status, headers });
  }
}

interface Passing {
  exchange: BunExchange;
  /** Breaks it off. */
  signal: Signal;
  heldUp: ForwardRequest["heldUp"];
  onHead: ForwardRequest["onHead"];
  addHeaders: ForwardRequest["addHeaders"];
  lastWords: ForwardRequest["lastWords"];
  tail: Tail;
  /** @param answered what is known of the answer; nothing where there was none. */
  end: (
    answered: Partial<Pick<ForwardEnd, "status" | "bytes" | "contentType">>,
    complete: boolean,
    err?: Error,
  ) => void;
}

/** The client's body, given up when nothing of it arrives for too long. */
function uploadOf(exchange: BunExchange, abort: LightSignal) {
  const pieces = exchange.upload();
  if (!pieces) return null;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await pieces.next();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (err) {
        abort.abort(err as Error);
        controller.error(err);
      }
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
}

/** A body that is read here, decoded; one that cannot be decoded is cancelled. */
async function readable({
  body: stream,
  headers,
}: Response): Promise<Pick<UpstreamAnswer, "body" | "isBeingRead">> {
  const { body, isBeingRead } = followed(stream);
  try {
    return { body: decodedBody(body, headers.get("content-encoding") ?? ""), isBeingRead };
  } catch (err) {
    await stream?.cancel();
    throw err;
  }
}

function forwardedHeaders(
  headers: Headers,
  { body, headers: which, trace }: Pick<ForwardRequest, "body" | "headers" | "trace">,
  filter: HeaderFilter,
): Headers {
  const result = new Headers();
  const carries = carried(trace, which);
  headers.forEach((value, name) => {
    if (filter.passes(name, which) && !(carries && isOfTrace(name))) result.append(name, value);
  });
  if (carries) appendPairs(result, carries.headers);
  // Without a length Bun would send the slices in chunks.
  if (body instanceof OutgoingBody && body.isLarge) {
    result.set("content-length", String(body.byteLength));
  }
  return result;
}

/** Of a call of the service's own. */
function callHeaders(trace: CarriedTrace | undefined): Record<string, string> | Headers {
  const usual = { "content-type": "application/json" };
  if (!trace) return usual;
  const headers = new Headers(usual);
  appendPairs(headers, trace.headers);
  return headers;
}

/** Bun would copy a large body in one go, and keep it while the answer is waited for. */
function sentBody(body: OutgoingBody | ReadableStream<Uint8Array> | null | undefined): {
  body: FetchBody | null;
  duplex?: "half";
} {
  if (!body) return { body: null };
  if (!(body instanceof OutgoingBody)) return { body, duplex: "half" };
  if (!body.isLarge) return { body: body.whole() as FetchBody };
  return { body: body.slices() as AsyncIterable<Uint8Array> as FetchBody, duplex: "half" };
}

/** @param added names and values in turn. */
function returnedHeaders(headers: Headers, prefix: string, added: string[]): Headers {
  const result = new Headers();
  headers.forEach((value, name) => {
    if (!isReturned(name) || name === "trailer") return;
    result.append(name, name === "location" ? withPrefix(value, prefix) : value);
  });
  appendPairs(result, added);
  return result;
}

function appendPairs(headers: Headers, pairs: readonly string[]): void {
  for (let i = 0; i + 1 < pairs.length; i += 2) headers.append(pairs[i] ?? "", pairs[i + 1] ?? "");
}

/** A body with how to know whether it is being read. */
function followed(
  stream: ReadableStream<Uint8Array> | null,
): Pick<UpstreamAnswer, "body" | "isBeingRead"> {
  let isBeingRead = false;
  const ended = (): void => {
    isBeingRead = false;
  };
  const read = (): AsyncIterator<Uint8Array> => {
    const reader = (stream ?? new Blob().stream()).getReader();
    isBeingRead = true;
    reader.closed.then(ended, ended);
    return {
      next: () => reader.read() as Promise<IteratorResult<Uint8Array>>,
      return: async () => {
        await reader.cancel();
        return { done: true, value: undefined };
      },
    };
  };
  return { body: { [Symbol.asyncIterator]: read }, isBeingRead: () => isBeingRead };
}
