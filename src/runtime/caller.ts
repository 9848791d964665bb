/** For whom something is done. */
export interface Caller {
  /** Whose turn it takes where it has to wait. */
  tenant: string;
  /** Calls it off with its reason. */
  signal: AbortSignal;
}
