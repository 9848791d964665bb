import QuickLRU from "quick-lru";
import { awakeNow } from "../runtime/awake-clock.ts";

/** Seconds of inference in spans of time up to now. */
export interface InferenceSeconds {
  minute: number;
  hour: number;
  day: number;
}

/** The spans, each in so many parts: they end within one part of now. */
const SPANS = {
  minute: { ms: 60_000, parts: 12 },
  hour: { ms: 3_600_000, parts: 60 },
  day: { ms: 86_400_000, parts: 96 },
} as const;

type SpanName = keyof typeof SPANS;
const NAMES = Object.keys(SPANS) as SpanName[];

/** Of so many tenants it is remembered: a tenant takes less than 2 KiB. */
const MAX_TENANTS = 1000;

/** What was had in each part of a span, in milliseconds: a ring, by the number of the part. */
class Ring {
  readonly #partMs: number;
  readonly #parts: Float64Array;
  /** The number of the newest part. */
  #newest = 0;

  constructor({ ms, parts }: { ms: number; parts: number }) {
    this.#partMs = ms / parts;
    this.#parts = new Float64Array(parts);
  }

  /** Adds what was had from one time to another, evenly. */
  add(fromMs: number, toMs: number, now: number): void {
    this.#turn(now);
    const oldestMs = (this.#newest - this.#parts.length + 1) * this.#partMs;
    for (let at = Math.max(fromMs, oldestMs); at < toMs;) {
      const part = Math.floor(at / this.#partMs);
      const end = Math.min(toMs, (part + 1) * this.#partMs);
      const index = part % this.#parts.length;
      this.#parts[index] = (this.#parts[index] ?? 0) + end - at;
      if (end <= at) return;
      at = end;
    }
  }

  sum(now: number): number {
    this.#turn(now);
    let sum = 0;
    for (const ms of this.#parts) sum += ms;
    return sum;
  }

  #turn(now: number): void {
    const newest = Math.floor(now / this.#partMs);
    const gone = Math.min(this.#parts.length, newest - this.#newest);
    for (let i = 0; i < gone; i += 1) this.#parts[(newest - i) % this.#parts.length] = 0;
    this.#newest = Math.max(this.#newest, newest);
  }
}

type Rings = Record<SpanName, Ring>;

function rings(): Rings {
  return { minute: new Ring(SPANS.minute), hour: new Ring(SPANS.hour), day: new Ring(SPANS.day) };
}

/** How much inference each tenant had lately, in bounded memory: of others only all together. */
export class InferenceUse {
  readonly #now: () => number;
  readonly #all = rings();
  readonly #tenants = new QuickLRU<string, Rings>({ maxSize: MAX_TENANTS });

  constructor({ now = awakeNow }: { now?: () => number } = {}) {
    this.#now = now;
  }

  /** A request has ended that has cost so many milliseconds of inference: they were the last ones. */
  add(tenant: string, costMs: number): void {
    const now = this.#now();
    const own = this.#tenants.get(tenant) ?? rings();
    this.#tenants.set(tenant, own);
    for (const name of NAMES) {
      own[name].add(now - costMs, now, now);
      this.#all[name].add(now - costMs, now, now);
    }
  }

  /** What a tenant had; all zero of one that is not remembered. */
  of(tenant: string): InferenceSeconds {
    return this.#secondsOf(this.#tenants.peek(tenant));
  }

  /** What all tenants had together. */
  get all(): InferenceSeconds {
    return this.#secondsOf(this.#all);
  }

  /** The tenants that are remembered. */
  get tenants(): Iterable<string> {
    return this.#tenants.keys();
  }

  /** The part of so many milliseconds up to now that lies in each span, in seconds. */
  static within(ms: number): InferenceSeconds {
    const seconds = (name: SpanName): number => Math.min(ms, SPANS[name].ms) / 1000;
    return { minute: seconds("minute"), hour: seconds("hour"), day: seconds("day") };
  }

  #secondsOf(of: Rings | undefined): InferenceSeconds {
    const now = this.#now();
    const seconds = (name: SpanName): number => (of?.[name].sum(now) ?? 0) / 1000;
    return { minute: seconds("minute"), hour: seconds("hour"), day: seconds("day") };
  }
}
