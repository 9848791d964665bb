import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { toEngineError } from "../errors.ts";
import { isAllowed } from "./guard.ts";
import { Exchange, JSON_UTF8 } from "./exchange.ts";
import type { Router } from "./router.ts";

export type HttpServerOptions = {
  readonly router: Router;
  readonly onError: (err: unknown) => void;
  /** How long a client may stall its request before it is cut off. */
  readonly clientStallMs: number;
};

/**
 * Go's limit, and so Ollama's. Headers can be long: a browser sends a host all its cookies,
 * whatever the port.
 */
const MAX_HEADER_BYTES = 1 << 20;

/** Checks for stalled clients in the time of `clientStallMs`. */
const SWEEPS = 4;

/** The listener. Every request has a signal that aborts when it is over or the server stops. */
export class HttpServer {
  /** Settles when a request has been answered for the first time. */
  readonly firstAnswer: Promise<void>;
  readonly #server: Server;
  readonly #options: HttpServerOptions;
  readonly #running = new Map<AbortController, Exchange>();
  #sweeping: ReturnType<typeof setInterval> | undefined;
  #sweptAt = 0;
  /** Stalls are counted from here on: from when the machine woke up. */
  #countsFrom = 0;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer(
      { maxHeaderSize: MAX_HEADER_BYTES },
      (request, response) => void this.#serve(request, response),
    );
    this.firstAnswer = new Promise((resolve) => {
      this.#server.once("request", (_, response) => response.once("close", resolve));
    });
    // A request may wait for a place as long as its client waits.
    this.#server.requestTimeout = 0;
    this.#server.timeout = 0;
    // Idle connections stay open, as with Ollama: closing one just as a pool reuses it loses a
    // request.
    this.#server.keepAliveTimeout = 0;
  }

  /** Listens and returns the URL; port 0 lets the system choose. */
  async listen(host: string, port: number): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, host, resolve);
    });
    this.#sweptAt = performance.now();
    this.#sweeping = setInterval(() => this.#sweep(), this.#options.clientStallMs / SWEEPS);
    this.#sweeping.unref();
    const address = this.#server.address() as AddressInfo;
    const shown = address.family === "IPv6" ? `[${address.address}]` : address.address;
    return `http://${shown}:${address.port}`;
  }

  /** Takes no further request and aborts those that run. */
  stop(): void {
    this.#server.close();
    clearInterval(this.#sweeping);
    for (const controller of this.#running.keys()) controller.abort();
    this.#server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const controller = new AbortController();
    const exchange = new Exchange(request, response, controller.signal);
    this.#running.set(controller, exchange);
    response.once("close", () => {
      this.#running.delete(controller);
      controller.abort();
    });
    response.on("error", () => controller.abort());
    try {
      if (!isAllowed(request.headers)) return exchange.send(403, {});
      await this.#options.router.handle(exchange);
    } catch (err) {
      this.#fail(exchange, err);
    }
  }

  /** A client that does not read its answer must not keep a model from the others. */
  #sweep(): void {
    const { clientStallMs } = this.#options;
    const now = performance.now();
    // Nothing has run for long: the machine slept, and so did whoever stalls.
    if (now - this.#sweptAt > (2 * clientStallMs) / SWEEPS) this.#countsFrom = now;
    this.#sweptAt = now;
    const countedMs = now - this.#countsFrom;
    for (const exchange of this.#running.values()) {
      if (Math.min(exchange.heldUpMs(now), countedMs) > clientStallMs) exchange.drop();
    }
  }

  #fail(exchange: Exchange, err: unknown): void {
    if (exchange.signal.aborted || exchange.started) return exchange.drop();
    const { status, message } = toEngineError(err);
    this.#options.onError(err);
    exchange.json(status, { error: message }, JSON_UTF8);
  }
}
