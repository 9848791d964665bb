import type { Deadlines } from "../runtime/deadlines.ts";

/** An event as it is sent. */
export interface LoggedEvent {
  readonly text: string;
  /** What the model has said with it. */
  readonly delta: string | undefined;
  /** With it a response has ended: its run has, or waits for a person. */
  readonly endsResponse: boolean;
}

/** What is read. */
interface EventSource {
  readonly next: number;
  readonly first: number;
  readonly isOver: boolean;
  at(number: number): LoggedEvent | undefined;
}

/** Why a reader gets no more: it did not keep up, or the service stops. */
type DropReason = "slow" | "stopping";

export interface RunReaderOptions {
  log: EventSource;
  /** The number of the first event that it wants. */
  from: number;
  /** Where it ends: with the response that is under way, or with the run. */
  until: "response" | "run";
  /** Whether it only looks on: sent away when the service begins to stop. */
  isFollower?: boolean;
  deadlines: Pick<Deadlines, "after">;
  /** Called once when it reads no more. */
  onEnd: () => void;
}

/** So much is handed over in one piece. */
const PIECE_CHARS = 65_536;

/** A comment, which clients skip: proxies close connections that are silent for long. */
const KEEP_ALIVE = ":\n\n";
const KEEP_ALIVE_MS = 15_000;

const WHY: Record<DropReason, string> = {
  slow: "The stream was read too slowly: events were given up that were not read",
  stopping: "The service is stopping",
};

/**
 * Somebody who reads a run's events. It has no buffer of its own, but a place in the log: a reader so
 * slow that an event gives way which it has not read is dropped, and told.
 */
export class RunReader {
  readonly #options: RunReaderOptions;
  #at: number;
  #hasMissed: boolean;
  #dropped: DropReason | undefined;
  #isOver = false;
  #wake: (() => void) | undefined;

  constructor(options: RunReaderOptions) {
    this.#options = options;
    const { from, log } = options;
    this.#hasMissed = from < log.first;
    this.#at = Math.max(from, log.first);
  }

  /** It only looks on: nobody waits for its end. */
  get isFollower(): boolean {
    return this.#options.isFollower ?? false;
  }

  /** Why it gets no more, where it did not come to an end. */
  get dropped(): string | undefined {
    return this.#dropped && WHY[this.#dropped];
  }

  /** Something has changed in the log. */
  wake(): void {
    this.#wake?.();
  }

  /** An event leaves the log. */
  loses(number: number): void {
    if (number >= this.#at) this.drop("slow");
  }

  /** It gets a last event that says why, if its client takes that. */
  drop(reason: DropReason): void {
    this.#dropped ??= reason;
    this.#wake?.();
  }

  /** Nobody reads it any more. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#options.onEnd();
    this.#wake?.();
  }

  /** What is sent, as it comes. */
  pieces(): AsyncGenerator<string> {
    return generatorOf(
      () => this.#nextPiece(),
      () => this.end(),
    );
  }

  /** What the model says, as it says it; ends as the pieces do. */
  deltas(): AsyncGenerator<string> {
    return generatorOf(
      () => this.#nextDelta(),
      () => this.end(),
    );
  }

  async #nextPiece(): Promise<string | undefined> {
    if (this.#hasMissed) {
      this.#hasMissed = false;
      return missed(this.#at);
    }
    while (!this.#isOver) {
      if (this.#dropped) return this.#lastWords(this.#dropped);
      const piece = this.#take();
      if (piece !== "") return piece;
      if (this.#options.log.isOver) break;
      if (await this.#more()) return KEEP_ALIVE;
    }
    this.end();
    return undefined;
  }

  async #nextDelta(): Promise<string | undefined> {
    while (!this.#isOver && !this.#dropped) {
      const event = this.#options.log.at(this.#at);
      if (event) {
        this.#at += 1;
        if (event.delta !== undefined) return event.delta;
        continue;
      }
      if (this.#options.log.isOver) break;
      // A piece without text, so that the connection is not silent for long.
      if (await this.#more()) return "";
    }
    this.end();
    return undefined;
  }

  #lastWords(reason: DropReason): string {
    this.end();
    const code = reason === "slow" ? "slow_reader" : "shutting_down";
    const data = { type: "error", sequence_number: this.#at, code, message: WHY[reason] };
    return `event: error\ndata: ${JSON.stringify({ ...data, param: null })}\n\n`;
  }

  /** What has come and was not read. */
  #take(): string {
    const { log, until } = this.#options;
    let text = "";
    while (text.length < PIECE_CHARS) {
      const event = log.at(this.#at);
      if (!event) break;
      this.#at += 1;
      text += event.text;
      if (event.endsResponse && until === "response") {
        this.end();
        break;
      }
    }
    return text;
  }

  /** Waits for an event, or the end. @returns whether there was none for long. */
  #more(): Promise<boolean> {
    return new Promise((resolve) => {
      const callOff = this.#options.deadlines.after(KEEP_ALIVE_MS, () => {
        this.#wake = undefined;
        resolve(true);
      });
      this.#wake = () => {
        this.#wake = undefined;
        callOff();
        resolve(false);
      };
    });
  }
}

/** Events before this one are gone. */
function missed(next: number): string {
  const data = { type: "keepalive", shared_ollama: { missed_before: next } };
  return `event: shared_ollama:missed\ndata: ${JSON.stringify(data)}\n\n`;
}

function generatorOf(
  next: () => Promise<string | undefined>,
  end: () => void,
): AsyncGenerator<string> {
  const over = { done: true as const, value: undefined };
  const leave = async (): Promise<IteratorResult<string>> => {
    end();
    return over;
  };
  const all = {
    next: async () => {
      const value = await next();
      return value === undefined ? over : { done: false as const, value };
    },
    return: leave,
    throw: leave,
    [Symbol.asyncIterator]: () => all,
  } as AsyncGenerator<string>;
  return all;
}
