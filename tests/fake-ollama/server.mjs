// @ts-check
import { createServer } from "node:http";
import { errorBody, loadedEntry, modelEntry, VERSION } from "./answers.mjs";
import { Inference } from "./inference.mjs";
import { sendJson } from "./pace.mjs";

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
 * @property {boolean} [keepsRequests] false where so many come that they would fill the memory
 */

/** @typedef {ServerOptions & import("./inference.mjs").InferenceOptions} FakeOptions */

/** A server that speaks Ollama's dialects, enough of them, and has no model to run. */
export class FakeOllama {
  /** @type {Received[]} */
  received = [];
  /** Digests of models that were replaced by others of the same name. @type {Map<string, string>} */
  digests = new Map();
  #options;
  #inference;
  /** @type {Map<string, Script>} */
  #scripts = new Map();
  /** @type {Set<import("node:net").Socket>} */
  #sockets = new Set();
  #server = createServer((incoming, response) => void this.#serve(incoming, response));

  /** @param {FakeOptions} [options] */
  constructor(options = {}) {
    this.#options = {
      port: 0,
      models: ["fake:latest"],
      vision: [],
      keepsRequests: true,
      ...options,
    };
    this.#inference = new Inference(options);
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
    else await this.#answer(path, request, response);
  }

  /**
   * @param {string} path
   * @param {Received} request
   * @param {ServerResponse} response
   * @returns {Promise<void>}
   */
  async #answer(path, { method, body }, response) {
    const { models } = this.#options;
    switch (path) {
      case "/":
        return sendText(response, "Ollama is running");
      case "/api/version":
        return sendJson(response, { version: VERSION });
      case "/api/tags":
        return sendJson(response, { models: models.map((name) => this.#entry(name)) });
      case "/api/ps":
        return sendJson(response, {
          models: this.inMemory.map((name) => loadedEntry(this.#entry(name))),
        });
      case "/api/create":
        return sendJson(response, { status: "success" });
    }
    if (path === "/api/show" || Inference.isOn(path)) {
      return this.#answerOfModel(path, parsed(body), response);
    }
    // The service puts its embedding model into a server that lacks it: this one has the blob.
    if (method === "HEAD" && path.startsWith("/api/blobs/")) return sendText(response, "");
    return sendText(response, "404 page not found", 404);
  }

  /**
   * @param {string} path
   * @param {Record<string, unknown> | undefined} body
   * @param {ServerResponse} response
   */
  async #answerOfModel(path, body, response) {
    /** @param {number} status @param {string} message */
    const refuse = (status, message) =>
      sendJson(response, errorBody(path, status, message), { status });
    if (!body) return refuse(400, "unexpected EOF");
    const model = String(body["model"]);
    const name = withTag(model);
    if (!this.#options.models.includes(name)) return refuse(404, `model '${model}' not found`);
    if (path !== "/api/show") {
      return this.#inference.answer({ path, model, name, body }, response);
    }
    const capabilities = this.#sees(name) ? ["completion", "vision"] : ["completion"];
    return sendJson(response, {
      modelfile: "FROM fake",
      details: {},
      model_info: {},
      capabilities,
    });
  }

  /** @param {string} name */
  #entry(name) {
    // Models with one digest are one model, with one set of capabilities.
    const digest = (this.#sees(name) ? "1" : "0").repeat(64);
    return modelEntry(name, this.digests.get(name) ?? digest);
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

/** @param {string} target */
function pathOf(target) {
  return target.split("?")[0] ?? "";
}

/** @param {Buffer} body @returns {Record<string, unknown> | undefined} */
function parsed(body) {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

/** @param {ServerResponse} response @param {string} text @param {number} [status] */
function sendText(response, text, status = 200) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(text);
}
