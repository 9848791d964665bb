import type { LoadOptions } from "../load-options.ts";

/**
 * How much of a request follows its model's lane: all options that only a load changes, or only the
 * size of its context.
 */
export type LaneUse = "pinned" | "context";

/** What a request asked for, and what it runs with: tokens of context. */
export interface AskedContext {
  asked: number;
  used: number;
}

/** A request whose model is not loaded anew for it, as far as that can be helped. */
export interface LaneRequest {
  /** Its own load options. */
  readonly own: LoadOptions;
  /** Tokens of context that it asks for; undefined where it leaves that to the model. */
  readonly asked: number | undefined;
  readonly use: LaneUse;
  /** Its model was loaded for it. */
  hasLoaded: boolean;
  /** To be awaited before it asks for a place; undefined: there is nothing to find out. Never rejects. */
  ready: () => Promise<void> | undefined;
  /**
   * Whether it may begin while so many requests run on its model: one that needs the model loaded
   * anew waits until there is none.
   */
  admits: (running: number) => boolean;
  /** Tokens that its model runs with, or would be loaded with now; undefined: the server's default. */
  size: () => number | undefined;
  /** Whether the loaded model holds what it asks; also where nobody knows. */
  holds: () => boolean;
  /** To be called once when it is sent. @returns the load options to send in place of its own. */
  begin: () => { options: LoadOptions; context: AskedContext | undefined };
}
