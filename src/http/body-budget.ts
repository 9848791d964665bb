import { ServiceError } from "../errors/service-error.ts";
import { SMALL_BODY_BYTES } from "./body-pieces.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { TurnOrder } from "../runtime/turn-order.ts";

interface BodyBudgetOptions {
  /** Memory for the bodies of all requests together; at least twice the largest body. */
  maxBytes: number;
  /** How long a body may wait for memory before any of it is read. */
  waitMs: number;
  deadlines: Pick<Deadlines, "after">;
}

/** A body that is to be in memory. */
export interface BodyRequest {
  tenant: string;
  /** The declared length; undefined: it is taken in steps, as the body comes. */
  bytes: number | undefined;
  /** Cancels the request while it waits. */
  signal: Signal;
}

/** Memory for one body. Its one owner gives it back. */
export interface BodyHold {
  /**
   * Whether so many bytes of the body may be in memory; more is taken where it has to be.
   * Small bodies cost nothing.
   */
  covers(bytes: number): boolean;
  /** Gives everything back; further calls do nothing. */
  release(): void;
}

interface Waiter {
  tenant: string;
  bytes: number;
  grant: () => void;
}

/** What a body without a length takes at a time. */
const STEP_BYTES = 1_048_576;

/**
 * The memory that request bodies may take, over all connections. A body has its length reserved
 * before its first byte is read, and until it was sent on. One tenant has at most half; tenants
 * that wait take turns, and within one it is first come, first served.
 */
export class BodyBudget {
  readonly #options: BodyBudgetOptions;
  readonly #heldBy = new Map<string, number>();
  readonly #waiting = new TurnOrder<Waiter>();
  #held = 0;

  constructor(options: BodyBudgetOptions) {
    this.#options = options;
  }

  /** Bytes that are held now. */
  get bytes(): number {
    return this.#held;
  }

  /** Bodies that wait to be read. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * Memory for a body; settles at once where it is free.
   * @throws ServiceError `queue_full` when there is none within `waitMs`; the signal's reason.
   */
  take({ tenant, bytes = 0, signal }: BodyRequest): BodyHold | Promise<BodyHold> {
    signal.throwIfAborted();
    if (bytes > this.#tenantBytes) throw memoryFull();
    const hold = this.#hold(tenant, bytes);
    // A tenant that waits for its own share only delays no other.
    if (
      this.#waiting.of(tenant).length === 0 &&
      this.#fits(tenant, bytes) &&
      !this.#hasEligibleWaiter()
    ) {
      this.#add(tenant, bytes);
      return hold;
    }
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        signal.removeEventListener("abort", leave);
        callOffDeadline();
      };
      const waiter: Waiter = {
        tenant,
        bytes,
        grant: () => {
          stop();
          resolve(hold);
        },
      };
      const giveUp = (why: Error): void => {
        stop();
        this.#waiting.remove(tenant, waiter);
        reject(why);
        // The next body may need less.
        this.#dispatch();
      };
      const leave = (): void => giveUp(signal.reason as Error);
      signal.addEventListener("abort", leave, { once: true });
      const callOffDeadline = this.#options.deadlines.after(this.#options.waitMs, () =>
        giveUp(memoryFull()),
      );
      this.#waiting.add(tenant, waiter);
    });
  }

  get #tenantBytes(): number {
    return Math.floor(this.#options.maxBytes / 2);
  }

  #hold(tenant: string, reserved: number): BodyHold {
    let own = reserved;
    let isHeld = true;
    return {
      covers: (bytes) => {
        if (bytes <= SMALL_BODY_BYTES || bytes <= own) return true;
        const more = STEP_BYTES * Math.ceil((bytes - own) / STEP_BYTES);
        if (!isHeld || !this.#fits(tenant, more)) return false;
        this.#add(tenant, more);
        own += more;
        return true;
      },
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        this.#add(tenant, -own);
        own = 0;
        this.#dispatch();
      },
    };
  }

  /** Whether a body waits for nothing but free memory: nothing may go before it. */
  #hasEligibleWaiter(): boolean {
    for (const [tenant, [first]] of this.#waiting.tenants()) {
      if (first && this.#fitsShare(tenant, first.bytes)) return true;
    }
    return false;
  }

  #dispatch(): void {
    for (let next = this.#pick(); next; next = this.#pick()) {
      this.#waiting.take(next.tenant, next);
      this.#add(next.tenant, next.bytes);
      next.grant();
    }
  }

  /** The first in turn whose tenant's share has room; a large body is not passed by small ones. */
  #pick(): Waiter | undefined {
    for (const [tenant, [first]] of this.#waiting.tenants()) {
      if (!first || !this.#fitsShare(tenant, first.bytes)) continue;
      return this.#fits(tenant, first.bytes) ? first : undefined;
    }
    return undefined;
  }

  #fits(tenant: string, bytes: number): boolean {
    return this.#held + bytes <= this.#options.maxBytes && this.#fitsShare(tenant, bytes);
  }

  #fitsShare(tenant: string, bytes: number): boolean {
    return (this.#heldBy.get(tenant) ?? 0) + bytes <= this.#tenantBytes;
  }

  #add(tenant: string, bytes: number): void {
    this.#held += bytes;
    const own = (this.#heldBy.get(tenant) ?? 0) + bytes;
    if (own > 0) this.#heldBy.set(tenant, own);
    else this.#heldBy.delete(tenant);
  }
}

/** The error for a body that there is no memory for now. */
export function memoryFull(): ServiceError {
  return new ServiceError("queue_full", "The memory for request bodies is full");
}
