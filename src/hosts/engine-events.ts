/** Lines are short; text without an end of line is not the engine's. */
const MAX_REST_CHARS = 65_536;
const MAX_REASON_CHARS = 500;

/** Reads the events that engines write to their standard output, one JSON object a line. */
export class EngineEvents {
  #rest = "";
  #hasLoaded = false;
  #stuck: string | undefined;

  /** Reads a piece of the output. */
  read(chunk: string): void {
    const lines = (this.#rest + chunk).split("\n");
    this.#rest = (lines.pop() ?? "").slice(-MAX_REST_CHARS);
    for (const { event, reason } of lines.map(readLine)) {
      this.#hasLoaded ||= event === "model_loaded";
      if (event === "stuck") this.#stuck = String(reason).slice(0, MAX_REASON_CHARS);
    }
  }

  /** Why the last engine ended itself, as it says; `undefined` when it did not. */
  get stuck(): string | undefined {
    return this.#stuck;
  }

  /**
   * Whether the last engine had a model in memory at some time. The next one begins anew: an engine
   * that dies of llama.cpp itself must not start with llama.cpp open.
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
