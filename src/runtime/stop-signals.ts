interface StopSignalsOptions {
  /** The first signal: stop in order. */
  onStop: (signal: NodeJS.Signals) => void;
  /** Another one, later than a second: end at once. */
  onEnd: () => void;
  /** The clock, in milliseconds. */
  now?: () => number;
}

/**
 * A terminal sends Ctrl-C to all programs in front of it, and `npm` and `bun run` pass it on as
 * well; a terminal that is closed sends SIGHUP the same two ways.
 */
const ONE_SIGNAL_MS = 1000;

/** Tells one wish to stop, which may come several times within a second, from the next. */
export class StopSignals {
  readonly #options: StopSignalsOptions;
  #firstAt: number | undefined;

  constructor(options: StopSignalsOptions) {
    this.#options = options;
  }

  /** Takes note of a signal. */
  receive(signal: NodeJS.Signals): void {
    const { onStop, onEnd, now = () => performance.now() } = this.#options;
    if (this.#firstAt === undefined) {
      this.#firstAt = now();
      onStop(signal);
    } else if (now() - this.#firstAt > ONE_SIGNAL_MS) onEnd();
  }
}
