import type { LastingImage } from "./lasting-image.ts";

/** A response, and what its request has added to the conversation. */
export interface ResponseTurn {
  /** The response without its output, JSON in UTF-8. */
  response: Uint8Array;
  /** Its output, likewise. */
  output: Uint8Array;
  /** The request's messages, likewise; `images` of a message are numbers of the turn's images. */
  messages: Uint8Array;
  images: readonly LastingImage[];
}

/** A turn that is kept, with those before it. */
export interface KeptTurn extends Readonly<ResponseTurn> {
  readonly previous: KeptTurn | undefined;
}

interface ResponseMemoryOptions {
  /** How long a response is kept. */
  ttlMs: number;
  /** The memory that all of them may take. */
  maxBytes: number;
}

/**
 * What a turn counts beside its texts and images. It bounds the number of turns, too: 64 MiB are at
 * most 32 768.
 */
const TURN_BYTES = 2048;

/** So often what has expired is let go, where nobody asks for it. */
const SWEEP_MS = 60_000;

/**
 * Responses for those who go on from them, by tenant and id, in memory only. A response that is
 * given up stays in memory as long as a later one goes on from it, and counts as long.
 */
export class ResponseMemory {
  readonly #options: ResponseMemoryOptions;
  readonly #tenants = new Map<string, TenantResponses>();
  #bytes = 0;
  #sweeper: NodeJS.Timeout | undefined;

  constructor(options: ResponseMemoryOptions) {
    this.#options = options;
  }

  /** The memory of all that is kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** A tenant's response; undefined for one that is not kept, or another tenant's. */
  get(tenant: string, id: string): KeptTurn | undefined {
    return this.#tenants.get(tenant)?.get(id);
  }

  /**
   * Keeps a response in place of others, of those first whose tenant has most. One that with all it
   * goes on from is larger than the whole memory is not kept.
   */
  set(tenant: string, id: string, turn: ResponseTurn, previous: KeptTurn | undefined): void {
    const { ttlMs, maxBytes } = this.#options;
    const added = new Turn(turn, previous as Turn | undefined);
    if (added.bytesInAll > maxBytes) return;
    const responses = this.#tenants.get(tenant) ?? new TenantResponses();
    this.#tenants.set(tenant, responses);
    this.#change(tenant, responses, () => responses.set(id, added, performance.now() + ttlMs));
    while (this.#bytes > maxBytes) {
      const [name, largest] = this.#largest();
      this.#change(name, largest, () => largest.dropOldest());
    }
    this.#sweeper ??= setInterval(() => this.#sweep(), SWEEP_MS).unref();
  }

  /** Gives a response up. @returns whether it was kept. */
  delete(tenant: string, id: string): boolean {
    const responses = this.#tenants.get(tenant);
    if (!responses?.get(id)) return false;
    this.#change(tenant, responses, () => responses.delete(id));
    return true;
  }

  #largest(): [string, TenantResponses] {
    return [...this.#tenants].reduce((a, b) => (b[1].bytes > a[1].bytes ? b : a));
  }

  /** Has a tenant's responses changed, and counts what that has changed. */
  #change(tenant: string, responses: TenantResponses, change: () => void): void {
    const before = responses.bytes;
    change();
    this.#bytes += responses.bytes - before;
    if (responses.size === 0) this.#tenants.delete(tenant);
  }

  #sweep(): void {
    for (const [tenant, responses] of this.#tenants) {
      this.#change(tenant, responses, () => responses.dropExpired());
    }
    if (this.#tenants.size > 0) return;
    clearInterval(this.#sweeper);
    this.#sweeper = undefined;
  }
}

/** The responses of one tenant, the oldest first. */
class TenantResponses {
  readonly #kept = new Map<string, { turn: Turn; until: number }>();
  /** Each turn counts once, however many responses go on from it. */
  bytes = 0;

  get size(): number {
    return this.#kept.size;
  }

  get(id: string): Turn | undefined {
    const kept = this.#kept.get(id);
    return kept && kept.until > performance.now() ? kept.turn : undefined;
  }

  set(id: string, turn: Turn, until: number): void {
    this.delete(id);
    this.bytes += turn.hold();
    this.#kept.set(id, { turn, until });
  }

  delete(id: string): void {
    const kept = this.#kept.get(id);
    if (!kept) return;
    this.#kept.delete(id);
    this.bytes -= kept.turn.release();
  }

  dropOldest(): void {
    const [oldest] = this.#kept.keys();
    if (oldest !== undefined) this.delete(oldest);
  }

  dropExpired(): void {
    for (const [id, { until }] of this.#kept) {
      if (until > performance.now()) return;
      this.delete(id);
    }
  }
}

/** A turn that knows how many responses, and turns that go on from it, need it. */
class Turn implements KeptTurn {
  readonly response: Uint8Array;
  readonly output: Uint8Array;
  readonly messages: Uint8Array;
  readonly images: readonly LastingImage[];
  readonly previous: Turn | undefined;
  readonly #bytes: number;
  #holders = 0;

  constructor({ response, output, messages, images }: ResponseTurn, previous: Turn | undefined) {
    this.response = response;
    this.output = output;
    this.messages = messages;
    this.images = images;
    this.previous = previous;
    const parts = [response, output, messages, ...images];
    this.#bytes = parts.reduce((sum, { byteLength }) => sum + byteLength, TURN_BYTES);
  }

  /** With those before it. */
  get bytesInAll(): number {
    let sum = 0;
    for (const turn of upTo(this)) sum += turn.#bytes;
    return sum;
  }

  /** @returns the bytes that are held now and were not. */
  hold(): number {
    let bytes = 0;
    for (const turn of upTo(this)) {
      turn.#holders += 1;
      if (turn.#holders > 1) return bytes;
      bytes += turn.#bytes;
    }
    return bytes;
  }

  /** @returns the bytes that are not held any more. */
  release(): number {
    let bytes = 0;
    for (const turn of upTo(this)) {
      turn.#holders -= 1;
      if (turn.#holders > 0) return bytes;
      bytes += turn.#bytes;
    }
    return bytes;
  }
}

/** A turn, and those before it. */
function* upTo(last: Turn): Generator<Turn> {
  for (let turn: Turn | undefined = last; turn; turn = turn.previous) yield turn;
}
