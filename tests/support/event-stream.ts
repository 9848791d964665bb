import { TextParts } from "./text-parts.ts";

/** A frame's data: parsed, or the text of one that is no JSON (`[DONE]`). */
export type EventData = Record<string, unknown> | string;

/** Reads server-sent events one by one, as a client does that shows them as they come. */
export class EventReader {
  readonly #frames: TextParts;

  constructor(answer: Response) {
    this.#frames = new TextParts(answer, { what: "event", end: "\n\n" });
  }

  /** The next event; undefined at the end. */
  async next(): Promise<EventData | undefined> {
    let frame = await this.#frames.next();
    // Comments, which clients skip.
    while (frame?.startsWith(":")) frame = await this.#frames.next();
    return frame === undefined ? undefined : dataOf(frame);
  }

  /** All events up to the end. */
  async rest(): Promise<EventData[]> {
    const events: EventData[] = [];
    for (let event = await this.next(); event !== undefined; event = await this.next()) {
      events.push(event);
    }
    return events;
  }
}

/** All events of an answer. */
export function eventsOf(answer: Response): Promise<EventData[]> {
  return new EventReader(answer).rest();
}

/** OpenAI's events of responses say their type in a line of its own, too. */
const TYPED = /^event: (\S+)\n(?=data: )/;

function dataOf(typed: string): EventData {
  const [, type] = TYPED.exec(typed) ?? [];
  const value = plainDataOf(typed.replace(TYPED, ""));
  // Those of an agent's run that are ours have a type that OpenAI's clients know.
  const expected = type?.startsWith("shared_ollama:") ? "keepalive" : type;
  if (expected !== undefined && (typeof value === "string" || value["type"] !== expected)) {
    throw new Error(`not an event ${type}: ${typed}`);
  }
  return value;
}

function plainDataOf(frame: string): EventData {
  if (!frame.startsWith("data: ") || frame.includes("\n")) throw new Error(`not a frame: ${frame}`);
  const data = frame.slice("data: ".length);
  return data.startsWith("{") ? (JSON.parse(data) as Record<string, unknown>) : data;
}
