import { ServiceError } from "../errors/service-error.ts";
import type { Host } from "../hosts/host.ts";
import type { HeldUp } from "../http/held-up.ts";
import { awakeNow, hasSleptSince } from "../runtime/awake-clock.ts";

/** How a request with a place ended. `timeout`: its hard stop was reached. */
export type PlaceOutcome = "completed" | "failed" | "timeout";

/** The outcome of a request that was stopped for this reason. */
export function outcomeOf(reason: unknown): Exclude<PlaceOutcome, "completed"> {
  const isLate = reason instanceof ServiceError && reason.code === "request_timeout";
  return isLate ? "timeout" : "failed";
}

/** What a place is held for, as the log shows it. */
export interface PlaceLabel {
  line: string;
  tenant: string;
  model: string;
}

interface PlaceOptions {
  host: Host;
  label: PlaceLabel;
  /** Milliseconds that the request waited for it. */
  waitedMs: number;
  /** The clock, in milliseconds. */
  now?: () => number;
  onRelease: (outcome: PlaceOutcome, costMs: number) => void;
}

/** The owner of a place. */
interface PlaceOwner {
  isAlive: () => boolean;
  end: (() => void) | undefined;
}

/**
 * A place at an inference server. It has one owner at a time: a load that is waited for, or a call
 * whose connection is open. Each step of a request names the owner, so that a place without one is
 * distinguished from one that is held for long.
 */
export class Place {
  readonly host: Host;
  readonly label: PlaceLabel;
  readonly waitedMs: number;
  readonly #now: () => number;
  readonly #takenAt: number;
  readonly #onRelease: PlaceOptions["onRelease"];
  readonly #steps: { name: string; at: number }[] = [];
  #owner: PlaceOwner | undefined;
  #isHeld = true;
  /** Milliseconds without inference, and since when there is none. */
  #pausedMs = 0;
  #pausedAt: number | undefined;
  /** How long its client has held it up, and had before it had the place. */
  #heldUp: Pick<HeldUp, "ms" | "isNow"> = { ms: 0, isNow: false };
  #heldUpBeforeMs = 0;

  constructor({ host, label, waitedMs, now = awakeNow, onRelease }: PlaceOptions) {
    this.#now = now;
    this.#takenAt = now();
    this.host = host;
    this.label = label;
    this.waitedMs = waitedMs;
    this.#onRelease = onRelease;
  }

  /**
   * Names the owner of the place from now on.
   * @param isAlive whether the owner is still at work. One that is not, and has not given the place
   * back, has lost it.
   * @param end stops what is left of the owner when the place is revoked.
   */
  ownedBy(name: string, isAlive: () => boolean, end?: () => void): void {
    this.#steps.push({ name, at: this.#now() });
    this.#owner = { isAlive, end };
  }

  /** Holds the place while some work is under way. @returns what the work does. */
  async during<T>(name: string, work: Promise<T>, end?: () => void): Promise<T> {
    let isUnderWay = true;
    this.ownedBy(name, () => isUnderWay, end);
    try {
      return await work;
    } finally {
      isUnderWay = false;
    }
  }

  /** Whether the place has a living owner. */
  get isOwned(): boolean {
    return this.#owner?.isAlive() === true;
  }

  /** The owners so far, each with the milliseconds since the place was taken. */
  get history(): string[] {
    return this.#steps.map(({ name, at }) => `${Math.round(at - this.#takenAt)} ms: ${name}`);
  }

  /** Holds the place while its model is loaded, which is no inference. @returns what `work` does. */
  async whileLoading<T>(work: Promise<T>): Promise<T> {
    this.#pausedAt = this.#now();
    try {
      return await this.during("load", work);
    } finally {
      this.#pausedMs += this.#now() - this.#pausedAt;
      this.#pausedAt = undefined;
    }
  }

  /** Milliseconds that its model's load has been waited for; undefined while none is. */
  get loadingMs(): number | undefined {
    return this.#pausedAt === undefined ? undefined : this.#now() - this.#pausedAt;
  }

  /** Names what tells for how many milliseconds its client has not taken the answer. */
  isHeldUpBy(heldUp: Pick<HeldUp, "ms" | "isNow">): void {
    this.#heldUp = heldUp;
    this.#heldUpBeforeMs = heldUp.ms;
  }

  /** Whether its client does not take the answer at this moment. */
  get isHeldUp(): boolean {
    return this.#heldUp.isNow;
  }

  /** Milliseconds that it was held, its model's load aside. */
  get heldMs(): number {
    return (this.#pausedAt ?? this.#now()) - this.#takenAt - this.#pausedMs;
  }

  /** Milliseconds that it was held for inference, without those that its client has held it up. */
  get workMs(): number {
    return Math.max(0, this.heldMs - (this.#heldUp.ms - this.#heldUpBeforeMs));
  }

  /** Whether the machine has slept since it was taken: its times say nothing of other requests. */
  get hasSlept(): boolean {
    return hasSleptSince(this.#takenAt);
  }

  /**
   * Gives the place back; further calls do nothing.
   * @param costMs what the request has cost the server, in milliseconds of inference.
   */
  release(outcome: PlaceOutcome, costMs: number = this.workMs): void {
    if (!this.#isHeld) return;
    this.#isHeld = false;
    this.#onRelease(outcome, costMs);
  }

  /** Gives the place back for an owner that has lost it, and stops the owner. */
  revoke(): void {
    const owner = this.#owner;
    this.release("failed");
    owner?.end?.();
  }
}
