// @ts-check
import { lengthRefusal, tokensRead } from "./context.mjs";
import { errorBody } from "./errors.mjs";
import { textForms } from "./forms.mjs";
import { ModelMemory } from "./model-memory.mjs";
import { pause, sendJson, sendPaced, sendText } from "./pace.mjs";
import { thinkRefusal } from "./think.mjs";
import { Turns } from "./turns.mjs";
import { VECTOR_FORMS } from "./vector-forms.mjs";
import { VERSION } from "./version.mjs";

/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {import("./forms.mjs").TextForm} TextForm */
/** @typedef {import("./vector-forms.mjs").VectorForm} VectorForm */

/**
 * What an inference answers, in pieces, when it depends on the request; `refused` is why it is
 * answered with status 400. Of vectors only that counts.
 * @typedef {(
 *   path: string,
 *   body: Record<string, unknown>,
 * ) => Promise<string[] | { refused: string }>} Reply
 */

/**
 * Nothing takes time unless it is told to. A client that leaves ends its inference at once.
 * @typedef {object} InferenceOptions
 * @property {number} [capacity] how many models are in memory at once; the oldest leaves for a new one
 * @property {number} [parallel] how many texts are generated at once, all without it; others wait
 * in the order in which they come. Vectors are made beside them.
 * @property {number} [contextLength] tokens that fit where a request has no `num_ctx`; all without it.
 * With it the list of models in memory tells of their contexts.
 * @property {string[]} [chunks] pieces of each answer
 * @property {Reply} [reply] makes the pieces in place of `chunks`
 * @property {(text: string) => number[]} [embedding] the vector of a text
 * @property {number} [contextRoom] tokens of context that memory has room for; all without it
 * @property {number} [loadMs] until a model is in memory that was not, before anything else
 * @property {number} [firstMs] from then to the head and the first byte of the answer
 * @property {number} [bodyMs] from the first byte to the last: the pieces of a stream are spread
 * evenly; of a whole answer a part is sent at once, the rest at the end
 * @property {number} [embedMs] how long vectors take, in place of `firstMs` and `bodyMs`
 * @property {number} [endlessGapMs] streams repeat their pieces without end, one in so many ms
 * @property {(model: string) => void} [onLoad] is told of each model that is loaded
 * @property {import("./version.mjs").Version} [version] whose shapes the answers have
 */

/**
 * A request for inference.
 * @typedef {object} InferenceRequest
 * @property {string} path
 * @property {string} model as the request names it
 * @property {string} name with its tag
 * @property {import("./models.mjs").Remote | undefined} remote where the model runs, if not here
 * @property {Record<string, unknown>} body
 */

const DEFAULTS = {
  capacity: 3,
  parallel: Number.POSITIVE_INFINITY,
  contextLength: undefined,
  chunks: ["Hel", "lo"],
  embedding: () => [0.6, 0.8],
  loadMs: 0,
  firstMs: 0,
  bodyMs: 0,
  version: VERSION,
};

/** A request for no vector takes none, once its model is there. */
const NO_TIME = { firstMs: 0, bodyMs: 0 };

/** Makes texts and vectors out of nothing, in the time that it is told to take. */
export class Inference {
  /** Inferences under way. */
  running = 0;
  mostRunning = 0;
  memory;
  #options;
  #turns;
  #textForms;

  /** @param {InferenceOptions} options */
  constructor(options) {
    this.#options = { ...DEFAULTS, ...options };
    this.memory = new ModelMemory(this.#options);
    this.#turns = new Turns(this.#options.parallel);
    this.#textForms = textForms(this.#options.version);
  }

  /** Whether there is inference on a path. @param {string} path */
  isOn(path) {
    return path in this.#textForms || path in VECTOR_FORMS;
  }

  /**
   * Why a request is answered with status 400, whichever model it names.
   * @param {string} path
   * @param {Record<string, unknown>} body
   */
  refusal(path, body) {
    const { version } = this.#options;
    return this.#textForms[path]?.refusal?.(body) ?? thinkRefusal(path, body, version);
  }

  /** @param {InferenceRequest} request @param {ServerResponse} response */
  async answer(request, response) {
    const text = this.#textForms[request.path];
    const vectors = VECTOR_FORMS[request.path];
    if (text) await this.#generate(request, text, response);
    if (vectors) await this.#embed(request, vectors, response);
  }

  /** @param {InferenceRequest} request @param {TextForm} form @param {ServerResponse} response */
  async #generate(request, form, response) {
    const askedAt = performance.now();
    const hadToWait = await this.#turns.take();
    // In none of the parts that are told, but in the whole.
    const waitMs = hadToWait ? performance.now() - askedAt : 0;
    if (response.destroyed) return this.#turns.release();
    response.on("close", () => this.#turns.release());
    const { model, name, remote, body } = request;
    const loaded = form.loaded?.(body);
    if (loaded && (body["keep_alive"] === 0 || body["keep_alive"] === "0s")) {
      this.memory.unload(name);
      return sendJson(response, { ...loaded, done_reason: "unload" });
    }
    const loadMs = await this.#load(request, response);
    if (loadMs === undefined) return;
    if (loaded) return sendJson(response, loaded);
    if (this.#isTooLong(request, response)) return;
    const { firstMs, bodyMs, endlessGapMs } = this.#options;
    this.#count(response);
    await pause(firstMs, response);
    const pieces = await this.#piecesOf(request, response);
    if (!pieces) return;
    const timing = { loadMs, firstMs, bodyMs, waitMs };
    const promptTokens = tokensRead(body, this.#options);
    const text = { model, remote, pieces, timing, promptTokens, body };
    if ((body["stream"] ?? form.streams) !== true) {
      const whole = form.whole(text);
      if (typeof whole === "string") return sendText(response, whole);
      return sendJson(response, whole, { bodyMs });
    }
    const parts = form.stream(text);
    response.writeHead(200, form.streamHeaders);
    const opening = form.opening?.(text);
    if (opening) response.write(opening);
    if (endlessGapMs) return sendPaced(response, endless(parts), endlessGapMs);
    return sendPaced(response, parts, bodyMs / Math.max(1, parts.length - 1));
  }

  /** @param {InferenceRequest} request @param {VectorForm} form @param {ServerResponse} response */
  async #embed(request, form, response) {
    const { model, body } = request;
    const loadMs = await this.#load(request, response);
    if (loadMs === undefined) return;
    if (this.#isTooLong(request, response)) return;
    const texts = form.texts(body).map(String);
    const { firstMs, bodyMs } = texts.length === 0 ? NO_TIME : this.#embedTiming;
    this.#count(response);
    await pause(firstMs, response);
    if (!(await this.#piecesOf(request, response))) return;
    const vectors = texts.map(this.#options.embedding);
    const made = { model, vectors, timing: { loadMs, firstMs, bodyMs } };
    return sendJson(response, form.whole(made), { bodyMs });
  }

  /**
   * @param {InferenceRequest} request
   * @param {ServerResponse} response
   * @returns {Promise<number | undefined>} milliseconds; undefined when the load has failed
   */
  async #load({ path, name, remote, body }, response) {
    if (remote) return 0;
    const { ms, failure } = this.memory.load(name, body);
    await pause(ms, response);
    if (failure === undefined) return ms;
    await sendJson(response, errorBody(path, 500, failure, this.#options.version), { status: 500 });
    return undefined;
  }

  /**
   * @param {InferenceRequest} request
   * @param {ServerResponse} response
   * @returns {Promise<string[] | undefined>} undefined when the request was refused
   */
  async #piecesOf({ path, body }, response) {
    const { chunks, reply, version } = this.#options;
    const said = reply ? await reply(path, body) : chunks;
    if (Array.isArray(said)) return said;
    await sendJson(response, errorBody(path, 400, said.refused, version), { status: 400 });
    return undefined;
  }

  /** Refuses what does not fit. @param {InferenceRequest} request @param {ServerResponse} response */
  #isTooLong({ path, body }, response) {
    const refusal = lengthRefusal(path, body, this.#options);
    if (refusal === undefined) return false;
    const { version } = this.#options;
    void sendJson(response, errorBody(path, 400, refusal, version), { status: 400 });
    return true;
  }

  get #embedTiming() {
    const { firstMs, bodyMs, embedMs } = this.#options;
    return embedMs === undefined ? { firstMs, bodyMs } : { firstMs: embedMs, bodyMs: 0 };
  }

  /** Counts an inference until its answer has ended. @param {ServerResponse} response */
  #count(response) {
    if (response.destroyed) return;
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    response.on("close", () => {
      this.running -= 1;
    });
  }
}

/** All but the end, again and again. @param {string[]} parts */
function* endless(parts) {
  for (;;) yield* parts.slice(0, -1);
}
