import type { Deadlines } from "../runtime/deadlines.ts";
import type { EventRing, KeptEvent } from "./event-ring.ts";

/** Which events somebody sees. */
export interface EventView {
  /** Undefined: those of all tenants. */
  tenant: string | undefined;
  /** Only requests of this project; undefined: of all. */
  project: string | undefined;
}

/** Why a reader gets no more: it did not keep up, the service stops, its request was cancelled. */
export type DropReason = "slow" | "stopping" | "cancelled";

interface ReaderOptions {
  ring: EventRing;
  view: EventView;
  /** The number of the first event that it wants. */
  from: number;
  /** What it is sent first. */
  greeting: string;
  deadlines: Pick<Deadlines, "after">;
  keepAliveMs: number;
  /** Called once when it reads no more. */
  onEnd: () => void;
}

/** So much is handed over in one piece. */
const PIECE_CHARS = 65_536;

/** A comment, which clients skip: proxies close connections that are silent for long. */
const KEEP_ALIVE = ":\n\n";

/**
 * Somebody who follows the events. It has no buffer of its own, but a place in the ring of the latest
 * ones: a reader so slow that an event gives way which it has not read is dropped, and told.
 */
export class EventReader {
  readonly #options: ReaderOptions;
  #at: number;
  #isGreeted = false;
  #dropped: DropReason | undefined;
  #isOver = false;
  #wake: () => void = () => {};

  constructor(options: ReaderOptions) {
    this.#options = options;
    this.#at = options.from;
  }

  /** An event is in the ring. */
  told(event: KeptEvent): void {
    if (this.#sees(event)) this.#wake();
  }

  /** An event leaves the ring. */
  loses(number: number, event: KeptEvent): void {
    if (number < this.#at) return;
    if (this.#sees(event)) this.drop("slow");
    else this.#at = number + 1;
  }

  /** It gets a last event that says why, if its client takes that. */
  drop(reason: DropReason): void {
    if (this.#dropped) return;
    this.#dropped = reason;
    this.#options.onEnd();
    this.#wake();
  }

  /** Nobody reads it any more. */
  end(): void {
    this.#isOver = true;
    if (!this.#dropped) this.drop("cancelled");
  }

  /** What is sent, as it comes. */
  pieces(): AsyncGenerator<string> {
    const over = { done: true as const, value: undefined };
    const end = async (): Promise<IteratorResult<string>> => {
      this.end();
      return over;
    };
    const all = {
      next: async () => {
        const value = await this.#next();
        return value === undefined ? over : { done: false as const, value };
      },
      return: end,
      throw: end,
      [Symbol.asyncIterator]: () => all,
    } as AsyncGenerator<string>;
    return all;
  }

  /** The next piece; undefined after the last. */
  async #next(): Promise<string | undefined> {
    if (!this.#isGreeted) {
      this.#isGreeted = true;
      return this.#options.greeting;
    }
    let piece = this.#take();
    if (piece === undefined && !this.#dropped) {
      const isLate = await this.#more();
      piece = this.#take() ?? (isLate ? KEEP_ALIVE : undefined);
    }
    if (this.#isOver) return undefined;
    if (piece !== undefined) return piece;
    this.#isOver = true;
    return sseEvent("dropped", { reason: this.#dropped });
  }

  /** What has come and was not read. */
  #take(): string | undefined {
    const { ring } = this.#options;
    if (this.#dropped === "slow") return undefined;
    let text = "";
    while (this.#at < ring.next && text.length < PIECE_CHARS) {
      const event = ring.get(this.#at);
      this.#at += 1;
      if (event && this.#sees(event)) text += event.text;
    }
    return text === "" ? undefined : text;
  }

  /** Waits for an event, or the end. @returns whether there was none for long. */
  #more(): Promise<boolean> {
    const { deadlines, keepAliveMs } = this.#options;
    return new Promise((resolve) => {
      const callOff = deadlines.after(keepAliveMs, () => resolve(true));
      this.#wake = () => {
        callOff();
        resolve(false);
      };
    });
  }

  #sees({ tenant, project }: KeptEvent): boolean {
    const { view } = this.#options;
    if (tenant === undefined) return true;
    const isVisible = view.tenant === undefined || view.tenant === tenant;
    return isVisible && (view.project === undefined || view.project === project);
  }
}

/** A server-sent event without a number: nobody resumes from it. */
export function sseEvent(name: string, data: object): string {
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
