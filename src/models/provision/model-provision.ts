import { ServiceError } from "../../errors/service-error.ts";
import type { Upstream } from "../../hosts/upstream.ts";
import { deferred } from "../../runtime/deferred.ts";
import type { Part } from "../../runtime/lifecycle.ts";
import { unlessAborted } from "../../runtime/unless-aborted.ts";
import type { ModelCatalog } from "../catalog.ts";
import type { Pulls } from "../changes/pulls.ts";
import { canonicalModel } from "../model-name.ts";
import { EMBEDDING_MODEL, ENGINE_REQUIRES, withSize, type RequiredModel } from "./first-models.ts";
import { ModelFetch, missingModel, type MissingModel } from "./model-fetch.ts";
import type { ProvisionReports } from "./reports.ts";
import { installFromFile } from "./shipped-model.ts";
import type { WarmUp } from "./warm-up.ts";

interface ModelProvisionOptions {
  server: Pick<Upstream, "kind" | "origin" | "state">;
  catalog: Pick<ModelCatalog, "installed" | "invalidate" | "isInstalled">;
  pulls: Pick<Pulls, "watch">;
  warmUp: Pick<WarmUp, "load">;
  /** The embedding model's file in the project. */
  embeddingFile: string;
  /** The profile's models. */
  required: RequiredModel[];
  /** Those to load as soon as they are installed. */
  warmup: string[];
  /** AUTO_PULL: whether to fetch the required ones without a question. */
  autoPull: boolean;
  /** Asks on the terminal; no one there means no. */
  ask: (question: string) => Promise<boolean>;
  reports: ProvisionReports;
}

/** What is done for one server, from when it is up until it is gone. */
class Run {
  readonly stop = new AbortController();
  /** Settles when there is a model to answer with, or when it could not be had at once. */
  readonly tried = deferred<void>();
  hasTried = false;
  hasEnded = false;
  ended: Promise<void> = Promise.resolve();

  readonly onTried = (): void => {
    this.hasTried = true;
    this.tried.resolve();
  };
}

/**
 * Sees to it, beside everything else, that a server has the models it needs. The embedding model
 * comes from the project's own file. The embedded engine's text model (98 MB) is fetched without a
 * question, a profile's models only with the user's consent. Then the warm-up models are loaded.
 */
export class ModelProvision implements Part {
  readonly name = "first models";
  readonly #options: ModelProvisionOptions;
  #run: Run | undefined;
  #fetch: ModelFetch | undefined;
  #consent: Promise<boolean> | undefined;
  #isStarted = false;

  constructor(options: ModelProvisionOptions) {
    this.#options = options;
  }

  /** Begins with the server that is there, or that comes up. */
  start(): void {
    this.#isStarted = true;
    if (this.#options.server.state === "ready") this.serverIsUp();
  }

  /** Settles when nothing of it goes on but downloads, which are the pulls' to end. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    await this.#end();
  }

  /** A server is up: does for it what is not done yet, beside its requests. */
  serverIsUp(): void {
    if (!this.#isStarted) return;
    const before = this.#end();
    const run = new Run();
    this.#run = run;
    run.ended = before
      .then(() => this.#provide(run))
      .catch((err: unknown) => {
        if (!run.stop.signal.aborted) this.#failed(err);
      })
      .finally(() => {
        run.hasEnded = true;
        run.onTried();
      });
  }

  /** The server is gone, and with it whatever was done for it. */
  serverIsDown(): void {
    void this.#end();
  }

  /**
   * @throws ServiceError `upstream_unavailable` while the embedded engine has no model to answer with
   * yet, and its own is being fetched.
   */
  assertFirst(): void {
    if (this.#options.server.kind !== "engine" || this.#run?.hasTried !== false) return;
    const [{ name }] = ENGINE_REQUIRES;
    throw new ServiceError("upstream_unavailable", `The model '${name}' is being fetched`);
  }

  /** Settles when that is over, well or badly. */
  async firstTry(): Promise<void> {
    await this.#run?.tried.promise;
  }

  /** The required models that are not among these (canonical names), and what becomes of them. */
  missing(installed: ReadonlySet<string>): MissingModel[] {
    const state = this.#isUnasked && this.#run?.hasEnded === false ? "waiting" : "not_fetched";
    return this.#required
      .filter(({ name }) => !installed.has(canonicalModel(name)))
      .map((model) => this.#fetch?.of(model.name) ?? missingModel(model, state));
  }

  /** The names of the models that the server of now is to have. */
  get requiredNames(): string[] {
    return this.#required.map(({ name }) => name);
  }

  get #required(): RequiredModel[] {
    const { server, required } = this.#options;
    return server.kind === "engine" ? ENGINE_REQUIRES : required;
  }

  /** Whether what is missing is fetched without a question. */
  get #isUnasked(): boolean {
    return this.#options.server.kind === "engine" || this.#options.autoPull;
  }

  async #end(): Promise<void> {
    const run = this.#run;
    run?.stop.abort();
    await run?.ended;
  }

  async #provide(run: Run): Promise<void> {
    const { server, catalog, warmup, warmUp } = this.#options;
    const { signal } = run.stop;
    signal.throwIfAborted();
    this.#fetch = undefined;
    if (server.kind !== "engine") {
      run.onTried();
      await this.#installShipped(signal);
    }
    const installed = new Set((await catalog.installed()).map(({ name }) => canonicalModel(name)));
    const isHere = (name: string): boolean => installed.has(canonicalModel(name));
    const warmed = warmup.filter(isHere).map((name) => warmUp.load(name, signal));
    const missing = this.#required.filter(({ name }) => !isHere(name));
    if (missing.length > 0 && (await this.#mayFetch(missing, signal))) {
      await this.#fetchAll(missing, run);
    }
    await Promise.all(warmed);
  }

  /** Puts the embedding model into an Ollama that has none. The engine brings it. */
  async #installShipped(signal: AbortSignal): Promise<void> {
    const { server, catalog, embeddingFile: file, reports } = this.#options;
    if (await catalog.isInstalled(EMBEDDING_MODEL)) return;
    try {
      await installFromFile({ origin: server.origin, model: EMBEDDING_MODEL, file }, signal);
      catalog.invalidate();
      reports.say(`Added the embedding model ${EMBEDDING_MODEL} from the project's own file.`);
    } catch (err) {
      signal.throwIfAborted();
      this.#failed(err);
    }
  }

  async #fetchAll(models: RequiredModel[], run: Run): Promise<void> {
    const { pulls, catalog, reports, warmup, warmUp } = this.#options;
    const { signal } = run.stop;
    const isWarm = new Set(warmup.map(canonicalModel));
    const fetch = new ModelFetch(models, {
      pulls,
      isInstalled: (model) => catalog.isInstalled(model),
      reports,
      onFetched: (model) => {
        if (isWarm.has(canonicalModel(model))) void warmUp.load(model, signal);
      },
    });
    this.#fetch = fetch;
    void fetch.tried.then(run.onTried);
    await fetch.run(signal);
  }

  /** The embedded engine's own model is small; for others the user is asked, once. */
  async #mayFetch(missing: RequiredModel[], signal: AbortSignal): Promise<boolean> {
    if (this.#options.server.kind === "engine") return true;
    this.#consent ??= this.#ask(missing);
    return unlessAborted(this.#consent, signal);
  }

  async #ask(missing: RequiredModel[]): Promise<boolean> {
    const { autoPull, ask, reports } = this.#options;
    const list = missing.map(withSize).join(", ");
    reports.say(`Required models are not installed: ${list}.`);
    reports.log({ models: missing.map(({ name }) => name) }, "required models are not installed");
    if (autoPull || (await ask(`Fetch ${list} now?`))) return true;
    const commands = missing.map(({ name }) => `shared-ollama models pull ${name}`).join(" && ");
    reports.say(`To fetch them: ${commands}, or AUTO_PULL=true at the next start.`);
    return false;
  }

  #failed(err: unknown): void {
    const { say, log } = this.#options.reports;
    log({ err }, "the first models could not be seen to");
    say(`The models could not be seen to: ${err instanceof Error ? err.message : String(err)}`);
  }
}
