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
  /** Tokens of context that a model was loaded with, where they are told. @type {Map<string, number>} */
  #contexts = new Map();
  /** When a model's last load ends. @type {Map<string, number>} */
  #readyAt = new Map();
  #options;

  /**
   * @param {object} options
   * @param {number} options.capacity
   * @param {number} options.loadMs
   * @param {(model: string) => void} [options.onLoad]
   * @param {number | undefined} options.contextLength
   * @param {number} [options.contextRoom]
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
    const { contextLength, contextRoom = Number.POSITIVE_INFINITY } = this.#options;
    const context = contextOf(body) ?? contextLength;
    const runner = runnerOf(body, this.#options.version, context);
    const isLoaded = this.names.includes(name);
    // A model that a test has put into memory is there as its first request wants it.
    const loadedWith = this.#runners.get(name) ?? runner;
    if ((!isLoaded || loadedWith !== runner) && context !== undefined && context > contextRoom) {
      // What was there had to go first.
      this.unload(name);
      return { ms: 0, failure: OUT_OF_MEMORY };
    }
    this.#runners.set(name, runner);
    if (contextLength !== undefined && context !== undefined) this.#contexts.set(name, context);
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

  /** Tokens of context that a loaded model has; undefined where that is not told. @param {string} name */
  contextOf(name) {
    return this.#contexts.get(name);
  }

  /** @param {string} name */
  unload(name) {
    const at = this.names.indexOf(name);
    if (at >= 0) this.names.splice(at, 1);
    this.#contexts.delete(name);
  }
}

/** How a load is refused that does not fit. */
const OUT_OF_MEMORY = "model requires more system memory (31.4 GiB) than is available (23.9 GiB)";

/** @param {Record<string, unknown>} body @returns {Record<string, unknown>} */
function optionsOf(body) {
  return /** @type {Record<string, unknown>} */ (body["options"] ?? {});
}

/** The context that a request asks for. @param {Record<string, unknown>} body */
function contextOf(body) {
  const asked = optionsOf(body)["num_ctx"];
  return typeof asked === "number" ? asked : undefined;
}

/**
 * What a request wants its model to be loaded with.
 * @param {Record<string, unknown>} body
 * @param {import("./version.mjs").Version} version
 * @param {number | undefined} context with the server's default filled in, where there is one
 */
function runnerOf(body, version, context) {
  const options = { ...optionsOf(body) };
  if (context !== undefined) options["num_ctx"] = context;
  const { draft_num_predict: draft, ...others } = RUNNER_OPTIONS;
  const names = Object.keys(isLater(version) ? { ...others, draft_num_predict: draft } : others);
  const shift = isLater(version) ? (body["shift"] ?? true) : null;
  return JSON.stringify([names.map((name) => options[name] ?? null), shift]);
}
