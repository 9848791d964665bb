import type { Signal } from "./light-signal.ts";

/** The tenant that work is done for, and its signal. */
export interface Caller {
  /** The tenant whose turn the work takes where it has to wait. */
  tenant: string;
  /** Cancels the work with its reason. */
  signal: Signal;
}
