// @ts-check
import { CREATED, CREATED_AT } from "./figures.mjs";
import { isLater } from "./version.mjs";

/**
 * Where a model runs that does not run here.
 * @typedef {{ remote_model: string, remote_host: string }} Remote
 */

/**
 * @typedef {object} ModelsOptions
 * @property {string[]} models installed models, with their tags
 * @property {string[]} vision those of them that can see
 * @property {Record<string, string>} remote models that run at a host, by their names with tags;
 * they are installed as well
 * @property {number} [largestContext] tokens that the models were made for
 * @property {import("./version.mjs").Version} version
 */

/** Where models of the cloud run that are named without being installed. */
const CLOUD_HOST = "https://ollama.com:443";
const CLOUD_NAME = /:cloud$|(?<=:[^:/]*)-cloud$/i;

/** Which models there are, and what is said of them. */
export class Models {
  /** Digests of models that were replaced by others of the same name. @type {Map<string, string>} */
  digests = new Map();
  /** With their tags. @type {Set<string>} */
  installed;
  #options;

  /** @param {ModelsOptions} options */
  constructor(options) {
    this.installed = new Set([...options.models, ...Object.keys(options.remote)]);
    this.#options = options;
  }

  /** The name with its tag of what a request names. @param {string} model */
  nameOf(model) {
    return withTag(isLater(this.#options.version) ? model.replace(/:local$/i, "") : model);
  }

  /** Whether a request may name this model. @param {string} name with its tag */
  has(name) {
    return this.installed.has(name) || this.remoteOf(name) !== undefined;
  }

  /** Where a model runs; undefined where it runs here. @param {string} name @returns {Remote | undefined} */
  remoteOf(name) {
    const { remote, version } = this.#options;
    const isNamed = isLater(version) && CLOUD_NAME.test(name);
    const host = remote[name] ?? (isNamed ? CLOUD_HOST : undefined);
    return host ? { remote_model: name.replace(CLOUD_NAME, ""), remote_host: host } : undefined;
  }

  /** The list of what is installed. */
  list() {
    return [...this.installed].map((name) => this.#listed(name));
  }

  /**
   * The list of models in memory.
   * @param {string[]} names
   * @param {{ expiries: ReadonlyMap<string, string>, contextOf: (name: string) => number | undefined }} facts
   * expiries of those that do not stay for long; tokens of a loaded model's context
   */
  loaded(names, { expiries, contextOf }) {
    return names.map((name) => ({
      ...loadedEntry(this.#entry(name), expiries.get(name)),
      ...(contextOf(name) === undefined ? {} : { context_length: contextOf(name) }),
    }));
  }

  /** What there is to know of a model. @param {string} name */
  show(name) {
    return {
      modelfile: "FROM fake",
      details: {},
      ...this.remoteOf(name),
      model_info: this.#info(),
      capabilities: this.#capabilities(name),
    };
  }

  #info() {
    const { largestContext } = this.#options;
    if (largestContext === undefined) return {};
    return { "general.architecture": "fake", "fake.context_length": largestContext };
  }

  /** The list of what is installed, in OpenAI's form. */
  openAiList() {
    return { object: "list", data: [...this.installed].map((name) => this.openAi(name)) };
  }

  /** A model in OpenAI's form. @param {string} id as the request names it */
  openAi(id) {
    return { id, object: "model", created: CREATED, owned_by: "library" };
  }

  /** @param {string} name */
  #listed(name) {
    const entry = { ...this.#entry(name), ...this.remoteOf(name) };
    if (!isLater(this.#options.version)) return entry;
    const details = { ...entry.details, context_length: 131_072, embedding_length: 4096 };
    return { ...entry, details, capabilities: this.#capabilities(name) };
  }

  /** @param {string} name */
  #entry(name) {
    // Models with one digest are one model, with one set of capabilities.
    const digest = (this.#sees(name) ? "1" : "0").repeat(64);
    return modelEntry(name, this.digests.get(name) ?? digest);
  }

  /** @param {string} name */
  #capabilities(name) {
    const tools = isLater(this.#options.version) ? ["tools"] : [];
    return ["completion", ...(this.#sees(name) ? ["vision"] : []), ...tools];
  }

  /** @param {string} name */
  #sees(name) {
    return this.#options.vision.includes(name);
  }
}

/** A model's name with its tag, as the lists have it. @param {string} model */
export function withTag(model) {
  return model.includes(":") ? model : `${model}:latest`;
}

/**
 * A model in the list of installed models.
 * @param {string} name
 * @param {string} digest
 */
export function modelEntry(name, digest) {
  const details = { family: "llama" };
  return { name, model: name, modified_at: CREATED_AT, size: 1000, digest, details };
}

/**
 * A model in the list of those in memory.
 * @param {ReturnType<typeof modelEntry>} entry
 */
export function loadedEntry(entry, expiresAt = "2099-01-01T00:00:00Z") {
  return { ...entry, size_vram: 0, expires_at: expiresAt };
}
