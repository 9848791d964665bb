import { ClientLeft } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import { BunExchange } from "./exchange-bun.ts";
import { isForwarded, isReturned } from "./hop-headers.ts";
import { OutgoingBody } from "./outgoing-body.ts";
import type { ForwardRequest, Transport, UpstreamAnswer, UpstreamCall } from "./transport.ts";

/** Answers of a known length up to this size are passed on in one piece. */
const WHOLE_ANSWER_BYTES = 65_536;

type FetchBody = NonNullable<RequestInit["body"]>;

/** Options of Bun's fetch beyond the standard. */
interface BunFetchInit extends RequestInit {
  decompress: boolean;
  timeout: boolean;
  duplex?: "half";
}

/** Bun's transport: native fetch. */
export class BunTransport implements Transport {
  async forward(request: ForwardRequest): Promise<Response> {
    const { exchange, origin, body, addHeaders, onEnd } = request;
    if (!(exchange instanceof BunExchange)) throw new TypeError("not an exchange of this runtime");
    if (exchange.hasLeft) {
      onEnd({ status: 0, bytes: 0, complete: false });
      throw new ClientLeft();
    }
    const abort = new AbortController();
    const stopListening = exchange.onLeave(() => abort.abort(new ClientLeft()));
    const end = (status: number, bytes: number, complete: boolean): void => {
      stopListening();
      exchange.answered();
      onEnd({ status, bytes, complete });
    };
    try {
      const answer = await fetch(origin + exchange.target.forwarded, {
        method: exchange.method,
        headers: forwardedHeaders(exchange.request.headers, body),
        ...sentBody(body === "stream" ? exchange.request.body : body),
        signal: abort.signal,
        redirect: "manual",
        decompress: false,
        timeout: false,
      } as BunFetchInit);
      return await this.#answer(answer, addHeaders, end);
    } catch (err) {
      const left = exchange.hasLeft;
      end(0, 0, false);
      throw left ? new ClientLeft() : unreachable(err);
    }
  }

  async call({ origin, method, path, body, signal }: UpstreamCall): Promise<UpstreamAnswer> {
    signal.throwIfAborted();
    try {
      const answer = await fetch(origin + path, {
        method,
        headers: { "content-type": "application/json" },
        body: body ?? null,
        signal,
        decompress: false,
        timeout: false,
      } as BunFetchInit);
      return {
        status: answer.status,
        contentType: answer.headers.get("content-type") ?? "",
        ...followed(answer.body),
      };
    } catch (err) {
      signal.throwIfAborted();
      throw unreachable(err);
    }
  }

  async close(): Promise<void> {}

  async #answer(
    answer: Response,
    addHeaders: ForwardRequest["addHeaders"],
    end: (status: number, bytes: number, complete: boolean) => void,
  ): Promise<Response> {
    const { status, statusText } = answer;
    const length = Number(answer.headers.get("content-length") ?? Number.NaN);
    const init = { status, statusText, headers: returnedHeaders(answer.headers) };
    if (!answer.body || length <= WHOLE_ANSWER_BYTES) {
      const bytes = answer.body ? await answer.arrayBuffer() : null;
      addAll(init.headers, addHeaders(true));
      end(status, bytes?.byteLength ?? 0, true);
      return new Response(bytes, init);
    }
    addAll(init.headers, addHeaders(!Number.isNaN(length)));
    return new Response(
      counted(answer.body, (bytes, complete) => end(status, bytes, complete)),
      init,
    );
  }
}

/** Bytes handed to the client's socket before it is asked whether it keeps up. */
const UNFLUSHED_BYTES = 262_144;

/** The part of Bun's sink that a stream of type `direct` writes to. */
interface DirectSink {
  write(chunk: Uint8Array): void;
  flush(wait: true): Promise<unknown>;
  close(): void;
}

/**
 * Passes chunks on as they come, and tells the end once. A `direct` stream writes to the socket
 * without the queue of a standard stream between, which costs a fifth less a chunk; Bun flushes
 * it at the end of each turn of the event loop.
 */
function counted(
  body: ReadableStream<Uint8Array>,
  onEnd: (bytes: number, complete: boolean) => void,
): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  let bytes = 0;
  let unflushed = 0;
  const source = {
    type: "direct",
    async pull(sink: DirectSink) {
      try {
        for (;;) {
          const { done, value } = await reader.read();
          if (done) break;
          bytes += value.byteLength;
          unflushed += value.byteLength;
          sink.write(value);
          if (unflushed < UNFLUSHED_BYTES) continue;
          await sink.flush(true);
          unflushed = 0;
        }
      } catch {
        onEnd(bytes, false);
        // This breaks the client's connection, as upstream's was. Bun would print a reason.
        return Promise.reject();
      }
      onEnd(bytes, true);
      sink.close();
      return undefined;
    },
    async cancel(reason: unknown) {
      onEnd(bytes, false);
      await reader.cancel(reason);
    },
  };
  return new ReadableStream(source as unknown as ConstructorParameters<typeof ReadableStream>[0]);
}

function forwardedHeaders(headers: Headers, body: ForwardRequest["body"]): Headers {
  const result = new Headers();
  headers.forEach((value, name) => {
    if (isForwarded(name)) result.append(name, value);
  });
  // Without a length Bun would send the slices in chunks.
  if (body instanceof OutgoingBody && body.isLarge) {
    result.set("content-length", String(body.byteLength));
  }
  return result;
}

/** Bun would copy a large body in one go, and keep it while the answer is waited for. */
function sentBody(
  body: OutgoingBody | ReadableStream<Uint8Array> | null | undefined,
): Pick<BunFetchInit, "body" | "duplex"> {
  if (!body) return { body: null };
  if (!(body instanceof OutgoingBody)) return { body, duplex: "half" };
  if (!body.isLarge) return { body: body.whole() as FetchBody };
  return { body: body.slices() as AsyncIterable<Uint8Array> as FetchBody, duplex: "half" };
}

function returnedHeaders(headers: Headers): Headers {
  const result = new Headers();
  headers.forEach((value, name) => {
    if (isReturned(name) && name !== "trailer") result.append(name, value);
  });
  return result;
}

function addAll(headers: Headers, added: string[]): void {
  for (let i = 0; i + 1 < added.length; i += 2) headers.append(added[i] ?? "", added[i + 1] ?? "");
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
