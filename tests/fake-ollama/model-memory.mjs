// @ts-check
import { isLater } from "./version.mjs";

/**
 * The names in a request's `options` whose change makes a server load anew: its `Runner`. The last
 * one came later.
 */
export const RUNNER_OPTIONS = {
  num_ctx: 2048,
  num_batch: 64,
  num_gpu: 0,
  main_gpu: 1,
  use_mmap: false,
  num_thread: 2,
  draft_num_predict: 8,
};

/** Which models are in memory, and what for. */
export class ModelMemory {
  /** Models loaded since start, in order. @type {string[]} */
  loads = [];
  /** The oldest first. @type {string[]} */
  names = [];
  /** Why loads fail, after as long as they take; undefined where they do not. @type {string | undefined} */
  failure;
  /**
   * When models were to leave memory that hang there, by their names: nothing is answered of them.
   * @type {Map<string, string>}
   */
  hanging = new Map();
  /** What a model was loaded with. @type {Map<string, string>} */
  #runners = new Map();
  /** When a model's last load ends. @type {Map<string, number>} */
  #readyAt = new Map();
  #options;

  /**
   * @param {object} options
   * @param {number} options.capacity
   * @param {number} options.loadMs
   * @param {(model: string) => void} [options.onLoad]
   * @param {import("./version.mjs").Version} options.version
   */
  constructor(options) {
    this.#options = options;
  }

  /**
   * Loads a model as a request wants it, unless that was done.
   * @param {string} name
   * @param {Record<string, unknown>} body the request's
   * @returns {{ ms: number, failure?: string }} in how many milliseconds it is there, or is known
   * why not
   */
  load(name, body) {
    if (this.hanging.has(name)) return { ms: Number.POSITIVE_INFINITY };
    const runner = runnerOf(body, this.#options.version);
    const isLoaded = this.names.includes(name);
    // A model that a test has put into memory is there as its first request wants it.
    const loadedWith = this.#runners.get(name) ?? runner;
    this.#runners.set(name, runner);
    const now = performance.now();
    if (!isLoaded || loadedWith !== runner) {
      const { capacity, loadMs, onLoad } = this.#options;
      this.loads.push(name);
      if (this.failure !== undefined) return { ms: loadMs, failure: this.failure };
      if (!isLoaded) this.names.push(name);
      this.names.splice(0, this.names.length - capacity);
      this.#readyAt.set(name, now + loadMs);
      onLoad?.(name);
    }
    return { ms: Math.max(0, (this.#readyAt.get(name) ?? now) - now) };
  }

  /** @param {string} name */
  unload(name) {
    const at = this.names.indexOf(name);
    if (at >= 0) this.names.splice(at, 1);
  }
}

/**
 * What a request wants its model to be loaded with.
 * @param {Record<string, unknown>} body
 * @param {import("./version.mjs").Version} version
 */
function runnerOf(body, version) {
  const options = /** @type {Record<string, unknown>} */ (body["options"] ?? {});
  const { draft_num_predict: draft, ...others } = RUNNER_OPTIONS;
  const names = Object.keys(isLater(version) ? { ...others, draft_num_predict: draft } : others);
  const shift = isLater(version) ? (body["shift"] ?? true) : null;
  return JSON.stringify([names.map((name) => options[name] ?? null), shift]);
}
