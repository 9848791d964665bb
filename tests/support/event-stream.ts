import { within } from "./deadline.ts";

/** A frame's data: parsed, or the text of one that is no JSON (`[DONE]`). */
export type EventData = Record<string, unknown> | string;

/** Reads server-sent events one by one, as a client does that shows them as they come. */
export class EventReader {
  readonly #chunks: AsyncIterator<Uint8Array>;
  readonly #decoder = new TextDecoder();
  #rest = "";

  constructor(answer: Response) {
    if (!answer.body) throw new Error("the answer has no body");
    this.#chunks = answer.body[Symbol.asyncIterator]();
  }

  /** The next event; undefined at the end. */
  next(): Promise<EventData | undefined> {
    return within(this.#next(), "the next event of a stream");
  }

  /** All events up to the end. */
  async rest(): Promise<EventData[]> {
    const events: EventData[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      events.push(event);
    }
    return events;
  }

  async #next(): Promise<EventData | undefined> {
    for (;;) {
      const end = this.#rest.indexOf("\n\n");
      if (end >= 0) {
        const frame = this.#rest.slice(0, end);
        this.#rest = this.#rest.slice(end + 2);
        // A comment, as clients skip it.
        if (frame.startsWith(":")) continue;
        return dataOf(frame);
      }
      const { done, value } = await this.#chunks.next();
      if (done) return this.#ended();
      this.#rest += this.#decoder.decode(value, { stream: true });
    }
  }

  #ended(): undefined {
    if (this.#rest !== "") throw new Error(`half a frame at the end: ${this.#rest}`);
    return undefined;
  }
}

/** All events of an answer. */
export function eventsOf(answer: Response): Promise<EventData[]> {
  return new EventReader(answer).rest();
}

function dataOf(frame: string): EventData {
  if (!frame.startsWith("data: ") || frame.includes("\n")) throw new Error(`not a frame: ${frame}`);
  const data = frame.slice("data: ".length);
  return data.startsWith("{") ? (JSON.parse(data) as Record<string, unknown>) : data;
}
