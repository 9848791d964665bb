/** Lines are short; whatever has no end is not the engine's. */
const MAX_REST_CHARS = 65_536;

/** Follows what engines say on their standard output, one after the other: events, one a line. */
export class EngineWords {
  #rest = "";
  #hasLoaded = false;

  read(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = (lines.pop() ?? "").slice(-MAX_REST_CHARS);
    this.#hasLoaded ||= lines.some((line) => eventOf(line) === "model_loaded");
  }

  /**
   * Whether the last engine had a model in memory at some time. The next one begins anew: an engine
   * that dies of llama.cpp itself must not come back with it open.
   */
  takeHasLoaded(): boolean {
    const hasLoaded = this.#hasLoaded;
    this.#hasLoaded = false;
    this.#rest = "";
    return hasLoaded;
  }
}

function eventOf(line: string): unknown {
  try {
    return (JSON.parse(line) as { event?: unknown } | null)?.event;
  } catch {
    return undefined;
  }
}
