import type { BodyLimit } from "./body-limit.ts";

/**
 * One HTTP exchange as the service needs it, whichever runtime carries it. What Node and Bun do
 * differently is in exchange-node.ts and exchange-bun.ts, and nowhere else.
 */
export interface Exchange {
  readonly method: string;
  /** Path and query: on Node as the client wrote them, on Bun with dot segments resolved. */
  readonly target: string;
  /** The address at the other end of the socket. */
  readonly peer: string;
  /** A header's value by its lower-case name; repeated ones joined by a comma. */
  header(name: string): string | undefined;
  /** Calls back once if the client goes before it has its whole answer. Returns the undo. */
  onLeave(left: () => void): () => void;
  readonly hasLeft: boolean;
  /**
   * Reads the whole body.
   * @throws ServiceError `request_too_large` as soon as more than the limit has arrived,
   * `upload_stalled` when nothing more comes; ClientLeft when the client goes.
   */
  readBody(limit: BodyLimit): Promise<Uint8Array>;
  /**
   * Breaks the connection of a client that takes nothing of a stream for too long.
   * @param taken a figure that grows with what it takes; undefined while nothing waits for it.
   * @returns the undo.
   */
  watchReading(taken: () => number | undefined): () => void;
  /** The last byte has been handed over: the connection's idle limit holds again. */
  rest(): void;
}
