import { ServiceError } from "../errors/service-error.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { CallEmbed, EmbedOptions } from "./embed-call.ts";
import { arrival, Flight, Participants, type FlightOwner } from "./flight.ts";
import { Gatherer } from "./gatherer.ts";
import type { Embedding } from "./vector-cache.ts";

/**
 * How long a text waits for others. One that finds nothing under way waits as well: sent off at
 * once it would be alone, and those right behind it would be a second call, behind the first in
 * the queue. A client that sends one after the other pays it: a tenth of the 25 ms that a text
 * takes with all-minilm on two cores.
 */
const GATHER_MS = 3;
/** A call of so many is under way for a second; what comes meanwhile should not wait longer. */
export const MAX_TEXTS = 64;
export const MAX_BYTES = 262_144;
/** A refused call is tried again in parts, so many at once: they must not fill the queue. */
const RETRIED_AT_ONCE = 2;

/** A request under way. */
export interface EmbedWork extends FlightOwner {
  model: string;
  dimensions?: number | undefined;
  truncate?: boolean | undefined;
  /** See EmbedRequest. */
  direct?: boolean;
  /** Called off when its client leaves, and by its hard stop. */
  signal: AbortSignal;
}

/** A text with the key of its vector. */
export interface KeyedText {
  key: string;
  text: string;
}

/**
 * Computes texts in calls that requests share: those that come together go together, equal ones
 * once. A call ends when all have left whose texts it computes.
 */
export class SharedCalls {
  readonly #calls: { queued: CallEmbed; direct: CallEmbed };
  readonly #flights = new Map<string, Flight>();
  readonly #gatherers = new Map<string, Gatherer<Flight>>();

  constructor(calls: { queued: CallEmbed; direct: CallEmbed }) {
    this.#calls = calls;
  }

  /** Texts on their way to their vector. */
  get size(): number {
    return this.#flights.size;
  }

  /**
   * Computes texts that fit into a call, or waits for those that compute them already.
   * @returns an embedding for each in their order.
   * @throws ServiceError; the reason of the request's signal.
   */
  compute(part: KeyedText[], request: EmbedWork): Promise<Embedding[]> {
    request.signal.throwIfAborted();
    const begun: Flight[] = [];
    const flights = part.map(({ key, text }) => {
      // A text of the service's own must not wait for a turn in the queue.
      const place = `${request.direct ? "direct" : "queued"} ${key}`;
      let flight = this.#flights.get(place);
      if (!flight) {
        flight = new Flight(place, text, request);
        begun.push(flight);
        this.#begin(flight);
      }
      flight.join(request);
      return flight;
    });
    if (begun.length > 0) this.#gathererFor(request).add(begun);
    return arrival(flights, request, request.signal);
  }

  #begin(flight: Flight): void {
    this.#flights.set(flight.key, flight);
    const forget = (): void => {
      if (this.#flights.get(flight.key) === flight) this.#flights.delete(flight.key);
    };
    flight.result.then(forget, forget);
    // At once, so that nobody joins what is being called off.
    flight.onAbandoned = forget;
  }

  #gathererFor({ model, dimensions, truncate, direct }: EmbedWork): Gatherer<Flight> {
    const options = { model, dimensions, truncate };
    const name = JSON.stringify([direct === true, model, dimensions, truncate]);
    const known = this.#gatherers.get(name);
    if (known) return known;
    const { queued, direct: calls } = this.#calls;
    const gatherer = new Gatherer<Flight>({
      waitMs: direct ? 0 : GATHER_MS,
      maxItems: MAX_TEXTS,
      maxBytes: MAX_BYTES,
      // Queued ones are held back where all requests are: by the queue.
      atOnce: direct ? 1 : Infinity,
      send: (flights) => this.#send(flights, options, direct ? calls : queued),
      onIdle: () => this.#gatherers.delete(name),
    });
    this.#gatherers.set(name, gatherer);
    return gatherer;
  }

  /** Makes one call for these; those whom nobody waits for any more are left out. */
  async #send(gathered: Flight[], options: EmbedOptions, call: CallEmbed): Promise<void> {
    const flights = gathered.filter((flight) => !flight.isAbandoned);
    const [first] = flights;
    if (!first) return;
    const participants = new Participants(flights.length);
    for (const flight of flights) {
      const forget = flight.onAbandoned;
      flight.onAbandoned = (why) => {
        forget(why);
        participants.leave(why);
      };
    }
    const texts = flights.map(({ text }) => text);
    const { tenant } = first.owner;
    try {
      const { embeddings, queueMs, loadMs } = await call({ texts, options, tenant, participants });
      for (const [i, flight] of flights.entries()) {
        flight.owner.queueMs = longer(flight.owner.queueMs, queueMs);
        flight.owner.loadMs = longer(flight.owner.loadMs, loadMs);
        const embedding = embeddings[i];
        if (embedding) flight.resolve(embedding);
      }
    } catch (err) {
      await this.#failed(flights, err, options, call);
    }
  }

  /**
   * Settles a call that failed. The server refuses all texts for one: each request's texts are
   * tried apart, so that only those of the one fail.
   */
  async #failed(
    flights: Flight[],
    err: unknown,
    options: EmbedOptions,
    call: CallEmbed,
  ): Promise<void> {
    const isRefusal = err instanceof ServiceError && err.code === "invalid_request";
    const failed = err instanceof Error ? err : new Error("the call failed", { cause: err });
    if (!isRefusal || flights.length === 1) {
      for (const flight of flights) flight.reject(failed);
      return;
    }
    const byOwner = new Map<FlightOwner, Flight[]>();
    for (const flight of flights) {
      byOwner.set(flight.owner, [...(byOwner.get(flight.owner) ?? []), flight]);
    }
    let apart = [...byOwner.values()];
    if (apart.length === 1) {
      // It is refused as a whole, but others may wait for one of its good texts.
      for (const flight of flights) if (!flight.isShared) flight.reject(failed);
      apart = flights.filter((flight) => flight.isShared).map((flight) => [flight]);
    }
    const again = (index: number) => this.#send(apart[index] ?? [], options, call);
    for await (const _done of asCompleted(apart.length, RETRIED_AT_ONCE, again));
  }
}

function longer(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
