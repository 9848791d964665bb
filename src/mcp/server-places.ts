import { ServiceError } from "../errors/service-error.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";

/** A server that runs, starts or ends. */
export interface PlacedServer {
  /** Whose it is; undefined: everybody's. */
  readonly tenant: string | undefined;
  /** Since when nobody uses it, on any clock; undefined while somebody does. */
  readonly idleSinceMs: number | undefined;
  /** Ends it. Settles when its place is free. */
  end(): Promise<void>;
}

interface Place {
  readonly server: PlacedServer;
  /** Settles when it is free; undefined while nothing ends it. */
  leaving: Promise<void> | undefined;
}

/**
 * How many servers there may be at once. One that is not used makes way for one that is wanted, the
 * longest idle first. One tenant's own take half of the places at most.
 */
export class ServerPlaces {
  readonly #most: number;
  readonly #places = new Set<Place>();

  constructor({ most }: { most: number }) {
    this.#most = most;
  }

  get taken(): number {
    return this.#places.size;
  }

  /**
   * Takes a place, which may take the time that another server needs to end.
   * @returns how to give it back.
   * @throws ServiceError `mcp_unavailable` when all are in use; the signal's reason.
   */
  async take(server: PlacedServer, signal: Signal): Promise<() => void> {
    for (;;) {
      signal.throwIfAborted();
      const crowd = this.#crowdFor(server);
      if (!crowd) break;
      const leaving = this.#makeRoom(crowd.places);
      if (!leaving) throw new ServiceError("mcp_unavailable", crowd.message);
      await unlessAborted(leaving, signal);
    }
    const place: Place = { server, leaving: undefined };
    this.#places.add(place);
    return () => void this.#places.delete(place);
  }

  /** Whose places stand in the way; undefined where none do. */
  #crowdFor({ tenant }: PlacedServer): { places: Place[]; message: string } | undefined {
    const all = [...this.#places];
    const own = tenant === undefined ? [] : all.filter(({ server }) => server.tenant === tenant);
    const mostOwn = Math.ceil(this.#most / 2);
    if (own.length >= mostOwn) {
      const message = `As many MCP servers of this tenant run as may (${mostOwn}, half of MCP_MAX_SERVERS)`;
      return { places: own, message };
    }
    if (all.length < this.#most) return undefined;
    const message = `As many MCP servers run as may (MCP_MAX_SERVERS=${this.#most})`;
    return { places: all, message };
  }

  /** Settles when one of them may be free; undefined when all are in use. */
  #makeRoom(places: readonly Place[]): Promise<void> | undefined {
    let oldest: Place | undefined;
    for (const place of places) {
      const since = place.server.idleSinceMs;
      if (since === undefined || place.leaving) continue;
      if (since < (oldest?.server.idleSinceMs ?? Infinity)) oldest = place;
    }
    if (oldest) {
      oldest.leaving = oldest.server.end();
      return oldest.leaving;
    }
    const leaving = places.flatMap((place) => place.leaving ?? []);
    return leaving.length > 0 ? Promise.race(leaving) : undefined;
  }
}
