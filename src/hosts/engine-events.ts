/** Lines are short; whatever has no end is not the engine's. */
const MAX_REST_CHARS = 65_536;
const MAX_REASON_CHARS = 500;

/** Follows what engines say on their standard output, one after the other: events, one a line. */
export class EngineWords {
  #rest = "";
  #hasLoaded = false;
  #stuck: string | undefined;

  read(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = (lines.pop() ?? "").slice(-MAX_REST_CHARS);
    for (const { event, reason } of lines.map(readLine)) {
      this.#hasLoaded ||= event === "model_loaded";
      if (event === "stuck") this.#stuck = String(reason).slice(0, MAX_REASON_CHARS);
    }
  }

  /** Why the last engine ended itself, in its own words; `undefined` when it did not. */
  get stuck(): string | undefined {
    return this.#stuck;
  }

  /**
   * Whether the last engine had a model in memory at some time. The next one begins anew: an engine
   * that dies of llama.cpp itself must not come back with it open.
   */
  takeHasLoaded(): boolean {
    const hasLoaded = this.#hasLoaded;
    this.#hasLoaded = false;
    this.#stuck = undefined;
    this.#rest = "";
    return hasLoaded;
  }
}

function readLine(line: string): { event?: unknown; reason?: unknown } {
  try {
    return (JSON.parse(line) as object | null) ?? {};
  } catch {
    return {};
  }
}
