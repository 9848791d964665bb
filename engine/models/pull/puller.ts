import { EngineError } from "../../errors.ts";
import type { Emit } from "../../events.ts";
import { CATALOGUE, type CatalogueEntry, findEntry } from "../catalogue.ts";
import type { Manifest } from "../manifest.ts";
import { type ModelName, fullName, shortName } from "../names.ts";
import { ManifestError, isUnreachable, reasonOf } from "../registry/errors.ts";
import type { FetchContext, ModelSource, PullStatus, PullTarget } from "../sources/source.ts";
import type { ModelStore } from "../store.ts";
import { PullJob } from "./pull-job.ts";

export type PullerOptions = {
  readonly store: ModelStore;
  readonly sources: readonly ModelSource[];
  readonly emit: Emit;
  readonly catalogue?: readonly CatalogueEntry[];
};

type PullOptions = Partial<Pick<PullTarget, "scheme" | "insecure">>;

/** Pulls models into the store. Pulls of one model that run at the same time share a download. */
export class Puller {
  readonly #options: PullerOptions;
  readonly #catalogue: readonly CatalogueEntry[];
  readonly #jobs = new Map<string, PullJob>();

  constructor(options: PullerOptions) {
    this.#options = options;
    this.#catalogue = options.catalogue ?? CATALOGUE;
  }

  /**
   * Yields the lines of a pull until `success`, or until `signal` aborts. That cancels the download
   * unless another pull shares it. Downloaded bytes stay, and the next pull continues from there.
   * @throws {EngineError} with the sentence for the client.
   */
  async *pull(
    name: ModelName,
    signal: AbortSignal,
    { scheme, insecure = false }: PullOptions = {},
  ): AsyncGenerator<PullStatus, void> {
    if (scheme === "http" && !insecure) throw new EngineError(500, "insecure protocol http");
    yield { status: "pulling manifest" };
    const entry = findEntry(name, this.#catalogue);
    yield* this.#jobFor({ name, scheme, insecure, entry }).follow(signal);
  }

  /** Puts a model into the store without reporting progress. */
  async register(entry: CatalogueEntry): Promise<void> {
    const [name] = entry.names;
    if (!name) return;
    const job = this.#jobFor({ name, insecure: false, entry });
    for await (const _ of job.follow(new AbortController().signal));
  }

  #jobFor(target: PullTarget): PullJob {
    const key = fullName(target.entry?.names[0] ?? target.name).toLowerCase();
    const running = this.#jobs.get(key);
    if (running && !running.cancelled) return running;
    const job = new PullJob(async (report, signal) => {
      // A cancelled download of the same model may still be writing its last bytes.
      await running?.ended;
      await this.#run(target, report, signal);
    });
    this.#jobs.set(key, job);
    void job.ended.then(() => {
      if (this.#jobs.get(key) === job) this.#jobs.delete(key);
    });
    return job;
  }

  async #run(
    target: PullTarget,
    report: (status: PullStatus) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const { store, emit } = this.#options;
    const names = target.entry?.names ?? [target.name];
    await store.blobs.withPins(async (pin) => {
      const manifest = await this.#fetch(target, { store, report, signal, pin });
      report({ status: "verifying sha256 digest" });
      signal.throwIfAborted();
      report({ status: "writing manifest" });
      for (const name of names) await store.put(name, manifest);
    });
    emit("pull_finished", { model: names.map(shortName).join(", ") });
    report({ status: "success" });
  }

  async #fetch(target: PullTarget, context: FetchContext): Promise<Manifest> {
    const { sources, emit } = this.#options;
    const model = (target.entry?.names ?? [target.name]).map(shortName).join(", ");
    const failures: { source: string; err: unknown }[] = [];
    for (const source of sources.filter((source) => source.offers(target))) {
      try {
        return await source.fetch(target, context);
      } catch (err) {
        context.signal.throwIfAborted();
        failures.push({ source: source.title, err });
        emit("pull_source_failed", { model, source: source.title, reason: reasonOf(err) });
      }
    }
    throw this.#refusal(target, failures);
  }

  #refusal(
    { entry }: PullTarget,
    failures: readonly { source: string; err: unknown }[],
  ): EngineError {
    const cause = failures[0]?.err;
    if (!entry) return new EngineError(500, this.#reason(cause), { cause });
    const reasons = failures.map(({ source, err }) => `${source}: ${reasonOf(err)}`).join("; ");
    const text = `pull model manifest: no source could be used (${reasons})`;
    const advice = "Check this machine's network or package mirror";
    return new EngineError(500, `${text}. ${advice}`, { cause });
  }

  /** The error of the only source, with advice where that helps. */
  #reason(err: unknown): string {
    if (!(err instanceof ManifestError)) return reasonOf(err);
    const text = `pull model manifest: ${err.message}`;
    if (!isUnreachable(err)) return text;
    const known = this.#catalogue.flatMap(({ names }) => names.map(shortName)).join(", ");
    return `${text}. Check this machine's network, or HTTPS_PROXY; ${known} can be had without it`;
  }
}
