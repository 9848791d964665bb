import { ServiceError } from "../../errors/service-error.ts";
import type { LoadedModel } from "../../hosts/client.ts";
import { awakeNow } from "../../runtime/awake-clock.ts";
import { canonicalModel } from "../model-name.ts";
import type { MemoryRules } from "./memory-view.ts";
import type { ModelUse } from "./model-use.ts";

interface StuckModelsOptions {
  /** On another machine, whose clock may differ, no model is judged (`none`). */
  rules: () => MemoryRules;
  use: Pick<ModelUse, "of">;
  /** What an operator can do about it, as the end of a sentence. */
  remedy: () => string;
  /** How long after its expiry a model may still be in memory. Default 30 s. */
  graceMs?: number | undefined;
  /** Told of a model once, when it is found to be stuck. */
  onStuck: (model: string, problem: string) => void;
  /** As `awakeNow`, which the uses of models are told in. */
  now?: () => number;
  /** Unix milliseconds, which expiries are told in. */
  unixNow?: () => number;
}

/** What was seen of a model in memory. */
interface Sighting {
  expiresAt: string;
  /** When it was first seen with this expiry. */
  firstAt: number;
  /**
   * When it is to leave, on the clock of `now`; undefined where the server tells no expiry. The timers
   * of a server on this machine stand still with it while it sleeps.
   */
  leavesAt: number | undefined;
  problem: string | undefined;
}

const GRACE_MS = 30_000;

/**
 * Finds models that the inference server cannot let go of ("Stopping…" in `ollama ps`): they are in
 * memory long after their expiry, and no request runs on them. Whatever is sent to such a model waits
 * for ever. Where others use the server too, one of their requests may be running: there the expiry,
 * which moves with each request, must not have moved for as long. What is known is as old as the
 * last list that was read.
 */
export class StuckModels {
  readonly #options: StuckModelsOptions;
  readonly #graceMs: number;
  readonly #now: () => number;
  readonly #unixNow: () => number;
  #sightings = new Map<string, Sighting>();

  constructor(options: StuckModelsOptions) {
    this.#options = options;
    this.#graceMs = options.graceMs ?? GRACE_MS;
    this.#now = options.now ?? awakeNow;
    this.#unixNow = options.unixNow ?? Date.now;
  }

  /** Takes in the list of models in memory, each time that it was read. */
  seen(models: readonly LoadedModel[]): void {
    const before = this.#sightings;
    this.#sightings = new Map();
    for (const { name, expires_at: expiresAt } of models) {
      const model = canonicalModel(name);
      const known = before.get(model);
      const isSame = known && known.expiresAt === expiresAt;
      const { firstAt, leavesAt } = isSame ? known : this.#firstSeen(expiresAt);
      const problem = this.#isStuck(model, { firstAt, leavesAt })
        ? `The model '${name}' hangs: it was to leave memory at ${expiresAt}, is still there, and answers nothing; ${this.#options.remedy()}`
        : undefined;
      this.#sightings.set(model, { expiresAt, firstAt, leavesAt, problem });
      if (problem && !known?.problem) this.#options.onStuck(model, problem);
    }
  }

  /**
   * @param model its canonical name.
   * @throws ServiceError `upstream_unavailable`, with what to do, for one that is stuck.
   */
  assertWorks(model: string): void {
    const problem = this.#sightings.get(model)?.problem;
    if (problem !== undefined) throw new ServiceError("upstream_unavailable", problem);
  }

  /** What is wrong with each model that is stuck, with what to do. */
  get problems(): string[] {
    return [...this.#sightings.values()].flatMap(({ problem }) => problem ?? []);
  }

  /** The server was replaced. */
  reset(): void {
    this.#sightings.clear();
  }

  #firstSeen(expiresAt: string): Pick<Sighting, "firstAt" | "leavesAt"> {
    const firstAt = this.#now();
    const expiresAtMs = Date.parse(expiresAt);
    // The year 1 is no expiry: a server that says so tells none.
    const leavesAt = expiresAtMs > 0 ? firstAt + expiresAtMs - this.#unixNow() : undefined;
    return { firstAt, leavesAt };
  }

  #isStuck(model: string, { firstAt, leavesAt }: Pick<Sighting, "firstAt" | "leavesAt">) {
    const { rules, use } = this.#options;
    if (rules() === "none" || leavesAt === undefined) return false;
    if (this.#now() - leavesAt < this.#graceMs) return false;
    const known = use.of(model);
    const isUsed = known && (known.running > 0 || this.#now() - known.lastUsedAt < this.#graceMs);
    if (isUsed) return false;
    return rules() === "all" || this.#now() - firstAt >= this.#graceMs;
  }
}
