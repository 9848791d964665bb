import type { Exchange } from "./exchange.ts";
import type { HeldUp } from "./held-up.ts";
import type { CarriedTrace } from "./carried-trace.ts";
import type { ForwardedHeaders } from "./hop-headers.ts";
import type { Signal } from "../runtime/light-signal.ts";
import type { OutgoingBody } from "./outgoing-body.ts";
import type { Tail } from "./tail.ts";

/** How a forwarded answer ended. */
export interface ForwardEnd {
  /** The upstream's status; 0 when there was none. */
  status: number;
  /** Bytes of the body passed on. */
  bytes: number;
  /** The whole answer came and was handed to the client's socket, or its last words in its place. */
  complete: boolean;
  /** The Content-Type header; empty when there is none. */
  contentType: string;
  /** The end of what was passed on. */
  tail: Tail;
  /** Why it is not complete, or ended with last words, where that is known. */
  err?: Error | undefined;
}

/** A stream that was called off when some of it had been passed on. */
export interface BrokenStream {
  contentType: string;
  tail: Tail;
  reason: Error;
}

/** A request to be passed through untouched, save that its path goes on in one spelling. */
export interface ForwardRequest {
  exchange: Exchange;
  /** Cancels it; the exchange's own signal, or one that follows that. */
  signal: Signal;
  /** Scheme, host and port of the upstream. */
  origin: string;
  /** The body already read, `stream` to pass it on as it comes, or none. */
  body: OutgoingBody | "stream" | undefined;
  /** Which of the client's headers are forwarded. */
  headers: ForwardedHeaders;
  /** Told when the client does not keep up. */
  heldUp: HeldUp;
  /** What stands in place of the client's own trace, unless the request goes on anonymously. */
  trace: CarriedTrace | undefined;
  /** Told when the answer's head has come. */
  onHead: (status: number) => void;
  /**
   * Headers to add to the answer, asked for when it is passed on, as name, value, name …
   * @param whole the answer has a length, so its body is at hand.
   */
  addHeaders: (whole: boolean) => string[];
  /**
   * What a stream that was called off ends with, its length not having been told; undefined where
   * nothing can be said in it: then its connection is broken.
   */
  lastWords: (stream: BrokenStream) => string | undefined;
  /** Called once: after the last byte, or when either side failed. */
  onEnd: (end: ForwardEnd) => void;
}

/** A call of the service's own to the upstream, whose answer it reads itself. */
export interface UpstreamCall {
  origin: string;
  method: string;
  path: string;
  body?: string | Uint8Array;
  signal: Signal;
  /** The trace that it is a part of. */
  trace?: CarriedTrace | undefined;
}

/** An answer's status, type and body. A body that is not read to its end must be `cancel`led. */
export interface UpstreamAnswer {
  status: number;
  /** The Content-Type header; empty when there is none. */
  contentType: string;
  /** The Location header of a redirect, which is never followed. */
  location?: string | undefined;
  /** Decoded, if the server compresses unasked. */
  body: AsyncIterable<Uint8Array>;
  /**
   * Whether its connection is open and the body is being read: false before the first read, and once
   * the body has ended, failed or been cancelled.
   */
  isBeingRead: () => boolean;
}

/**
 * The way to the inference server: an undici pool on Node, native fetch on Bun. No time limits
 * of its own: a silent upstream is waited for until the client leaves or a deadline aborts.
 */
export interface Transport {
  /**
   * Passes a request through and its answer back, each chunk as it comes.
   * @throws ServiceError `upstream_unavailable` when no answer began; the signal's reason.
   */
  forward(request: ForwardRequest): Promise<Response>;
  /**
   * Sends a request of the service's own.
   * @throws ServiceError `upstream_unavailable` when no answer began; the signal's reason.
   */
  call(call: UpstreamCall): Promise<UpstreamAnswer>;
  close(): Promise<void>;
}
