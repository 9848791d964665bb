import type { Settings } from "../../config/schema.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { ActiveRequests } from "../runtime/active-requests.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { listen, type Handler, type Listening } from "../http/listen.ts";
import { portHolder } from "../runtime/port-holder.ts";
import type { StallWatch } from "../runtime/stall-watch.ts";
import type { FairQueue } from "../scheduling/fair-queue.ts";

interface FrontDoorOptions {
  settings: Pick<Settings, "apiHost" | "apiPort" | "drainMs">;
  handler: Handler;
  badRequest: (reason: string) => Response;
  active: ActiveRequests;
  queue: FairQueue;
  downloads: StallWatch;
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
    const { settings, handler, badRequest, downloads } = this.#options;
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
    const { settings, active, queue } = this.#options;
    this.#stopping = true;
    queue.rejectWaiting(new ServiceError("shutting_down", "The service is stopping"));
    await active.idle(settings.drainMs);
    this.#listening?.stopAccepting();
  }
}
