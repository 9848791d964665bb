import { EngineError, INSTALL_OLLAMA } from "../errors.ts";
import type { Emit } from "../events.ts";
import { CATALOGUE, type CatalogueEntry, findEntry } from "./catalogue.ts";
import type { Manifest } from "./manifest.ts";
import { type ModelName, shortName } from "./names.ts";
import { PullJob } from "./pull-job.ts";
import type { ModelSource, PullStatus } from "./sources/source.ts";
import type { ModelStore } from "./store.ts";

export type PullerOptions = {
  readonly store: ModelStore;
  readonly sources: readonly ModelSource[];
  readonly emit: Emit;
  readonly catalogue?: readonly CatalogueEntry[];
};

/** Gets models into the store. Pulls of one model that run at the same time share one download. */
export class Puller {
  readonly #options: PullerOptions;
  readonly #catalogue: readonly CatalogueEntry[];
  readonly #jobs = new Map<CatalogueEntry, PullJob>();

  constructor(options: PullerOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue ?? CATALOGUE;
  }

  /**
   * Yields the lines of a pull until `success` or `signal`, which cancels the download unless
   * another pull shares it.
   * @throws {EngineError} with the sentence for the client.
   */
  async *pull(name: ModelName, signal: AbortSignal): AsyncGenerator<PullStatus, void> {
    yield { status: "pulling manifest" };
    const entry = findEntry(name, this.#catalogue);
    if (!entry) throw new EngineError(500, this.#unknown());
    yield* this.#jobFor(entry).follow(signal);
  }

  /** Puts a model into the store without anyone following the progress. */
  async register(entry: CatalogueEntry): Promise<void> {
    for await (const _ of this.#jobFor(entry).follow(new AbortController().signal));
  }

  #jobFor(entry: CatalogueEntry): PullJob {
    const running = this.#jobs.get(entry);
    if (running && !running.cancelled) return running;
    const job = new PullJob((report, signal) => this.#run(entry, report, signal));
    this.#jobs.set(entry, job);
    void job.ended.then(() => {
      if (this.#jobs.get(entry) === job) this.#jobs.delete(entry);
    });
    return job;
  }

  async #run(
    entry: CatalogueEntry,
    report: (status: PullStatus) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, emit } = this.#options;
    const model = entry.names.map(shortName).join(", ");
    const manifest = await this.#fetch(entry, report, signal);
    report({ status: "verifying sha256 digest" });
    signal.throwIfAborted();
    report({ status: "writing manifest" });
    for (const name of entry.names) await store.put(name, manifest);
    emit("pull_finished", { model });
    report({ status: "success" });
  }

  async #fetch(
    entry: CatalogueEntry,
    report: (status: PullStatus) => void,
    signal: AbortSignal,
  ): Promise<Manifest> {
    const { store, sources, emit } = this.#options;
    const model = entry.names.map(shortName).join(", ");
    const reasons: string[] = [];
    for (const source of sources.filter((source) => source.offers(entry))) {
      try {
        return await source.fetch(entry, { store, report, signal });
      } catch (err) {
        signal.throwIfAborted();
        const reason = causeOf(err);
        reasons.push(`${source.title}: ${reason}`);
        emit("pull_source_failed", { model, source: source.title, reason });
      }
    }
    const text = `pull model manifest: no source could be used (${reasons.join("; ")})`;
    throw new EngineError(
      500,
      `${text}. Check this machine's network or package mirror and pull again`,
    );
  }

  #unknown(): string {
    const known = this.#catalogue.flatMap(({ names }) => names.map(shortName)).join(", ");
    return `pull model manifest: file does not exist: the built-in engine offers ${known}; for other \
models ${INSTALL_OLLAMA}`;
  }
}

/** fetch hides what went wrong in the cause of a bare "fetch failed". */
function causeOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err);
  return err.cause instanceof Error ? `${err.message}: ${err.cause.message}` : err.message;
}
