import type { BodyLimit } from "./body-limit.ts";
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
  /** Calls back once if the client goes before it has its whole answer. Returns the undo. */
  onLeave(left: () => void): () => void;
  readonly hasLeft: boolean;
  /**
   * Reads the whole body.
   * @throws ServiceError `request_too_large` as soon as more than the limit has arrived,
   * `upload_stalled` when nothing more comes; ClientLeft when the client goes.
   */
  readBody(limit: BodyLimit): Promise<Uint8Array>;
}
