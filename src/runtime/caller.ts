import type { Signal } from "./light-signal.ts";

/** On whose behalf something is done. */
export interface Caller {
  /** Whose turn it takes where it has to wait. */
  tenant: string;
  /** Calls it off with its reason. */
  signal: Signal;
}
