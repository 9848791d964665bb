import type { BodyHold } from "./body-budget.ts";
import type { BodyDiscards } from "./body-discards.ts";
import type { BodyLimit } from "./body-limit.ts";
import type { HeldUp } from "./held-up.ts";
import type { Signal } from "../runtime/light-signal.ts";
import type { RequestTarget } from "./request-target.ts";

/**
 * One HTTP exchange as the service needs it, whichever runtime carries it. What Node and Bun do
 * differently is in exchange-node.ts and exchange-bun.ts, and nowhere else.
 */
export interface Exchange {
  readonly method: string;
  readonly target: RequestTarget;
  /** The address at the other end of the socket. */
  readonly peer: string;
  /** A header's value by its lower-case name; repeated ones joined by a comma. */
  header(name: string): string | undefined;
  /** Aborts, with ClientLeft, if the client goes before it has its whole answer; with `callOff`. */
  readonly signal: Signal;
  /** Ends what is done for the client, who is told why; further calls do nothing. */
  callOff(reason: Error): void;
  /** Whether the client has gone before it had its whole answer. */
  readonly hasLeft: boolean;
  /**
   * Reads the whole body, in pieces as BodyPieces gives them. Nothing of it is read before.
   * @param hold the memory that it may take; a body without may be small only.
   * @throws ServiceError `request_too_large` as soon as more than the limit has arrived,
   * `queue_full` when there is no more memory, `upload_stalled` when nothing more comes;
   * ClientLeft when the client goes.
   */
  readBody(limit: BodyLimit, hold?: BodyHold): Promise<Uint8Array[]>;
  /** Whether a part of the body has not been read, and is not being forwarded. */
  readonly hasUnreadBody: boolean;
  /**
   * Reads the rest of the body and discards it, within the bounds.
   * @returns whether all of it has come; else the connection has to be closed with the answer.
   */
  discardBody(discards: BodyDiscards): Promise<boolean>;
  /**
   * Breaks the connection of a client that takes nothing of a stream for too long.
   * @param taken a figure that grows with what it takes; undefined while nothing waits for it.
   * @returns the undo.
   */
  watchReading(taken: () => number | undefined): () => void;
  /** Answers with a stream. The Response is for the framework: it may be written already. */
  stream(answer: StreamedAnswer): Response;
  /** The last byte has been handed over: the idle timeout of the connection holds again. */
  restoreIdleTimeout(): void;
}

/** An answer whose body is made piece by piece, as the client takes them. */
export interface StreamedAnswer {
  status: number;
  /** Names and values in turn. */
  headers: string[];
  /** Ended early when the client leaves. One that throws breaks the connection. */
  pieces: AsyncGenerator<string | Uint8Array>;
  /** Told when the client does not keep up. */
  heldUp: HeldUp;
  /** Called once with the bytes sent: after the last piece, when one throws, when the client leaves. */
  onEnd: (bytes: number, complete: boolean) => void;
}

/** The length that a request says its body has; undefined where it says none. */
export function declaredBytes(exchange: Pick<Exchange, "header">): number | undefined {
  const length = exchange.header("content-length");
  if (length !== undefined) return Number(length);
  return exchange.header("transfer-encoding") === undefined ? 0 : undefined;
}
