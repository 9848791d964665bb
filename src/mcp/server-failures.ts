import QuickLRU from "quick-lru";
import type { McpServerEntry } from "../../config/mcp.ts";

/** What is known of a server that has failed. */
export interface ServerFailure {
  /** Milliseconds since 1970. */
  readonly atMs: number;
  /** A half-sentence whose subject is the server. */
  readonly message: string;
}

interface Failures extends ServerFailure {
  /** One after the other, without a call that was answered between them. */
  count: number;
  /** It has been started since. */
  isOver: boolean;
}

interface ServerFailuresOptions {
  /** Milliseconds since 1970, for tests. */
  now?: () => number;
}

/** Clients can name any number of tenants. */
const MAX_KEPT = 1000;

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** What failed so long ago says nothing of now. */
const FORGOTTEN_AFTER_MS = 600_000;

/**
 * Remembers which servers have failed, for each tenant on its own, and how long each is left alone: the
 * first time not at all, then 1 s, 2 s, 4 s … up to a minute.
 */
export class ServerFailures {
  readonly #now: () => number;
  readonly #kept = new QuickLRU<string, Failures>({ maxSize: MAX_KEPT });

  constructor({ now = Date.now }: ServerFailuresOptions = {}) {
    this.#now = now;
  }

  /** A server could not be started, or has ended by itself. @param tenant undefined: everybody's. */
  add({ name }: McpServerEntry, tenant: string | undefined, message: string): void {
    const atMs = this.#now();
    const before = this.#current(name, tenant);
    this.#kept.set(keyOf(name, tenant), {
      atMs,
      message,
      count: (before?.count ?? 0) + 1,
      isOver: false,
    });
  }

  /** It was started. That is not yet enough to count its failures anew. */
  started({ name }: McpServerEntry, tenant: string | undefined): void {
    const failures = this.#current(name, tenant);
    if (failures) failures.isOver = true;
  }

  /** It has answered a call. */
  answered({ name }: McpServerEntry, tenant: string | undefined): void {
    this.#kept.delete(keyOf(name, tenant));
  }

  /** Milliseconds until it may be started again. */
  pauseMs({ name }: McpServerEntry, tenant: string | undefined): number {
    const failures = this.#current(name, tenant);
    if (!failures || failures.count < 2) return 0;
    const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (failures.count - 2));
    return Math.max(0, failures.atMs + pauseMs - this.#now());
  }

  /** The failure since which it was not started. @param tenants whose servers count. */
  last(name: string, tenants: readonly (string | undefined)[] | "all"): ServerFailure | undefined {
    const found =
      tenants === "all"
        ? [...this.#kept].flatMap(([key, one]) => (key.startsWith(`${name}\0`) ? [one] : []))
        : tenants.flatMap((tenant) => this.#current(name, tenant) ?? []);
    let last: Failures | undefined;
    for (const one of found) if (!one.isOver && one.atMs >= (last?.atMs ?? 0)) last = one;
    return last && this.#now() - last.atMs <= FORGOTTEN_AFTER_MS ? last : undefined;
  }

  /** Forgets a server, which has become another one. */
  forget(name: string): void {
    for (const [key] of [...this.#kept]) if (key.startsWith(`${name}\0`)) this.#kept.delete(key);
  }

  #current(name: string, tenant: string | undefined): Failures | undefined {
    const found = this.#kept.get(keyOf(name, tenant));
    return found && this.#now() - found.atMs <= FORGOTTEN_AFTER_MS ? found : undefined;
  }
}

/** No name of a server has the character between them. */
function keyOf(name: string, tenant: string | undefined): string {
  return `${name}\0${tenant ?? ""}`;
}
