// @ts-check
import { createServer } from "node:http";
import { readBody } from "./body.mjs";
import { Cloud, CLOUD_ROUTES } from "./cloud.mjs";
import { errorBody } from "./errors.mjs";
import { Inference } from "./inference.mjs";
import { MANAGEMENT } from "./management.mjs";
import { Models } from "./models.mjs";
import { sendJson, sendText } from "./pace.mjs";
import { READS } from "./reads.mjs";
import { routeOf } from "./routes.mjs";
import { VERSION } from "./version.mjs";

/** @typedef {import("node:http").IncomingMessage} IncomingMessage */
/** @typedef {import("node:http").ServerResponse} ServerResponse */

/**
 * A request as the fake received it.
 * @typedef {object} Received
 * @property {string} method
 * @property {string} target
 * @property {string[]} rawHeaders
 * @property {Buffer} body
 * @property {boolean} cancelled the connection was closed before the answer had ended
 * @property {number} receivedAt when all of it was there, on the clock of `performance.now()`
 * @property {number | undefined} endedAt when the last byte of its answer was written, on the same
 */

/**
 * Writes the answer to one request; returning without ending it leaves the client waiting.
 * @typedef {(
 *   request: Received,
 *   response: ServerResponse,
 *   incoming: IncomingMessage,
 * ) => void | Promise<void>} Script
 */

/**
 * @typedef {object} ServerOptions
 * @property {number} [port]
 * @property {string[]} [models] installed models, with their tags
 * @property {string[]} [vision] those of them that can see
 * @property {Record<string, string>} [remote] models that run at a host, by their names with tags;
 * they are installed as well
 * @property {number} [largestContext] tokens that the models were made for, which `show` tells
 * @property {boolean} [noCloud] OLLAMA_NO_CLOUD, which the later version knows
 * @property {boolean} [keepsRequests] false where so many come that they would fill the memory
 */

/** @typedef {ServerOptions & import("./inference.mjs").InferenceOptions} FakeOptions */

/** A server that speaks Ollama's dialects, enough of them, and has no model to run. */
export class FakeOllama {
  /** @type {Received[]} */
  received = [];
  /** What its makers' service is to it; a test may sign the owner out. */
  cloud;
  #options;
  #inference;
  #models;
  /** @type {Map<string, Script>} */
  #scripts = new Map();
  /** @type {Set<import("node:net").Socket>} */
  #sockets = new Set();
  #server = createServer((incoming, response) => void this.#serve(incoming, response));

  /** @param {FakeOptions} [options] */
  constructor(options = {}) {
    this.#options = { port: 0, keepsRequests: true, version: VERSION, ...options };
    this.#models = new Models({
      models: ["fake:latest"],
      vision: [],
      remote: {},
      ...this.#options,
    });
    this.#inference = new Inference(this.#options);
    this.cloud = new Cloud({ noCloud: options.noCloud ?? false });
    // As with Ollama, a connection over which nothing comes stays open.
    this.#server.keepAliveTimeout = 0;
    this.#server.on("connection", (socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
  }

  get url() {
    const address = this.#server.address();
    return `http://127.0.0.1:${address instanceof Object ? address.port : 0}`;
  }

  /** Names of the installed models, with their tags; a test may change them. */
  get installed() {
    return this.#models.installed;
  }

  /** Digests of models that were replaced by others of the same name; a test may change them. */
  get digests() {
    return this.#models.digests;
  }

  /** Connections that are open now. */
  get sockets() {
    return this.#sockets.size;
  }

  /** Inferences under way. */
  get running() {
    return this.#inference.running;
  }

  get mostRunning() {
    return this.#inference.mostRunning;
  }

  /** Models loaded since start, in order. */
  get loads() {
    return this.#inference.memory.loads;
  }

  /** Models in memory; a test may change the list. */
  get inMemory() {
    return this.#inference.memory.names;
  }

  /** As `ModelMemory` has it; a test may change them. */
  get hanging() {
    return this.#inference.memory.hanging;
  }

  /** Has loads fail with this message from now on; `undefined` ends that. @param {string | undefined} why */
  failLoads(why) {
    this.#inference.memory.failure = why;
  }

  /**
   * Answers requests to this path with a script from now on; `undefined` ends that.
   * @param {string} path
   * @param {Script | undefined} script
   */
  script(path, script) {
    if (script) this.#scripts.set(path, script);
    else this.#scripts.delete(path);
  }

  /** Requests to this path so far. @param {string} path */
  to(path) {
    return this.received.filter(({ target }) => pathOf(target) === path);
  }

  /** Listens on 127.0.0.1. @returns {Promise<void>} @throws Error when the port is taken. */
  start() {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen({ host: "127.0.0.1", port: this.#options.port }, () => resolve());
    });
  }

  /** Ends at once, as a crash would. */
  async stop() {
    const closed = new Promise((resolve) => {
      this.#server.close(resolve);
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  /** @param {IncomingMessage} incoming @param {ServerResponse} response */
  async #serve(incoming, response) {
    /** @type {Buffer[]} */
    const chunks = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk);
    } catch {
      return; // The other side left during its upload.
    }
    /** @type {Received} */
    const request = {
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      rawHeaders: incoming.rawHeaders,
      body: Buffer.concat(chunks),
      cancelled: false,
      receivedAt: performance.now(),
      endedAt: undefined,
    };
    if (this.#options.keepsRequests) this.received.push(request);
    response.on("finish", () => {
      request.endedAt = performance.now();
    });
    response.on("close", () => {
      request.cancelled = !response.writableFinished;
    });
    const path = pathOf(request.target);
    const script = this.#scripts.get(path);
    if (script) await script(request, response, incoming);
    else await this.#answer(path, request, incoming, response);
  }

  /**
   * @param {string} path
   * @param {Received} request
   * @param {IncomingMessage} incoming
   * @param {ServerResponse} response
   * @returns {Promise<unknown>}
   */
  async #answer(path, { method, body: bytes }, { headers }, response) {
    const { version } = this.#options;
    const found = routeOf(path, version);
    if (!found) return sendText(response, "404 page not found", 404);
    const { route, part, methods } = found;
    if (!methods.includes(method)) {
      response.setHeader("Allow", methods.join(", "));
      return sendText(response, "405 method not allowed", 405);
    }
    if (method !== "POST" && method !== "DELETE") return this.#read(route, part, response);
    if (route.startsWith("/api/blobs/")) return response.writeHead(201).end();
    const asked = CLOUD_ROUTES[route]?.(this.cloud);
    if (asked) return sendJson(response, asked.body, { status: asked.status });
    /** @param {number} status @param {string} message */
    const refuse = (status, message) =>
      sendJson(response, errorBody(path, status, message, version), { status });
    const body = await readBody({ path, headers, bytes }, version).catch((err) =>
      String(err.message),
    );
    if (typeof body === "string") return refuse(400, body);
    const manage = MANAGEMENT[route];
    if (manage) return manage(body, this.#models, response);
    const refusal = this.#inference.refusal(route, body);
    if (refusal !== undefined) return refuse(400, refusal);
    return this.#answerOfModel(route, body, response);
  }

  /**
   * Answers what changes nothing.
   * @param {string} route
   * @param {string} part what stands at the route's variable part
   * @param {ServerResponse} response
   */
  #read(route, part, response) {
    if (route === "/") return sendText(response, "Ollama is running");
    // The service puts its embedding model into a server that lacks it: this one has the blob.
    if (route === "/api/blobs/:digest") return sendText(response, "");
    if (route === "/v1/models/:model") return this.#answerOfModel(route, { model: part }, response);
    const { version } = this.#options;
    const { inMemory, hanging, cloud } = this;
    const { memory } = this.#inference;
    const contextOf = /** @param {string} name */ (name) => memory.contextOf(name);
    const facts = { version, inMemory, hanging, contextOf, cloud, models: this.#models };
    const told = READS[route]?.(facts);
    return sendJson(response, told ?? null);
  }

  /**
   * @param {string} route
   * @param {Record<string, unknown>} body
   * @param {ServerResponse} response
   */
  #answerOfModel(route, body, response) {
    const names = [body["model"], body["name"]].filter((name) => typeof name === "string");
    const model = names.find((name) => name !== "") ?? "";
    const name = this.#models.nameOf(model);
    if (!this.#models.has(name)) {
      const missing = errorBody(route, 404, `model '${model}' not found`, this.#options.version);
      return sendJson(response, missing, { status: 404 });
    }
    const remote = this.#models.remoteOf(name);
    // This is refused before it is looked at which dialect it came in.
    const refused = remote && this.cloud.refusal("remote model is unavailable");
    if (refused) return sendJson(response, refused.body, { status: refused.status });
    if (route === "/api/show") return sendJson(response, this.#models.show(name));
    if (route === "/v1/models/:model") return sendJson(response, this.#models.openAi(model));
    return this.#inference.answer({ path: route, model, name, remote, body }, response);
  }
}

/** @param {string} target */
function pathOf(target) {
  return target.split("?")[0] ?? "";
}
