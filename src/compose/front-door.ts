import type { Settings } from "../../config/schema.ts";
import type { AppEnv } from "../../middleware/env.ts";
import { renderError } from "../errors/render.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { listen, type Handler, type Listening } from "../http/listen.ts";
import { portHolder } from "../runtime/port-holder.ts";
import type { Requests } from "./requests.ts";

interface FrontDoorOptions {
  settings: Pick<Settings, "apiHost" | "apiPort" | "drainMs">;
  requests: Pick<Requests, "active" | "watches">;
  /** Answers a request. */
  fetch: (request: Request, bindings: AppEnv["Bindings"]) => Response | Promise<Response>;
  /** Sends away the requests that wait, for a place or for what happens. */
  sendAway: (err: ServiceError) => void;
}

/** How long Bun's listener is given after the drain. */
const STOP_MARGIN_MS = 3000;

/**
 * The open port. It stops in two steps, as two parts: first no new requests, and those under
 * way end (`draining`); last, when the inference server has gone, the port itself (`door`).
 */
export class FrontDoor {
  readonly #options: FrontDoorOptions;
  #listening: Listening | undefined;
  #stopping = false;

  constructor(options: FrontDoorOptions) {
    this.#options = options;
  }

  get isStopping(): boolean {
    return this.#stopping;
  }

  /** The port that is open; 0 before. */
  get port(): number {
    return this.#listening?.port ?? 0;
  }

  /** The addresses under which this machine reaches it. */
  get ownOrigins(): string[] {
    return [`http://127.0.0.1:${this.port}`, `http://localhost:${this.port}`];
  }

  get door(): Part {
    return {
      name: "port",
      start: () => this.#open(),
      stop: () => this.#listening?.close(),
    };
  }

  get draining(): Part {
    const { settings } = this.#options;
    return {
      name: "requests under way",
      stopDeadlineMs: settings.drainMs + STOP_MARGIN_MS,
      stop: () => this.#drain(),
    };
  }

  async #open(): Promise<void> {
    const { settings, requests } = this.#options;
    const { downloads } = requests.watches;
    const handler = this.#options.fetch as Handler;
    const { apiHost: host, apiPort: port } = settings;
    try {
      this.#listening = await listen({ host, port, handler, badRequest, downloads });
    } catch (err) {
      if ((err as NodeJS.ErrnoException).code !== "EADDRINUSE") throw err;
      const holder = await portHolder(port);
      throw new Error(
        `Port ${port} is in use${holder ? ` by ${holder}` : ""}: ` +
          `end that, or choose another port with API_PORT=${port + 1}`,
        { cause: err },
      );
    }
  }

  async #drain(): Promise<void> {
    const { settings, requests, sendAway } = this.#options;
    this.#stopping = true;
    sendAway(new ServiceError("shutting_down", "The service is stopping"));
    await requests.active.idle(settings.drainMs);
    this.#listening?.stopAccepting();
  }
}

/** The answer to what is no HTTP request. */
function badRequest(reason: string): Response {
  const error = new ServiceError("invalid_request", reason);
  const { status, body } = renderError(error, "service", crypto.randomUUID());
  return Response.json(body, { status });
}
