/** What was done about memory since the service has started. */
export class MemoryCounts {
  unloaded = 0;
  freedBytes = 0;
  /** Requests that were refused because their model cannot fit. */
  refused = 0;
  /** Loads of models that cannot fit, which nobody refused. */
  unfit = 0;

  /** A model was unloaded. */
  left(bytes: number): void {
    this.unloaded += 1;
    this.freedBytes += bytes;
  }
}
