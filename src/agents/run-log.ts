import { jsonLine } from "../runtime/json-line.ts";
import { flat } from "../runtime/text-limits.ts";
import { type LoggedEvent, RunReader, type RunReaderOptions } from "./run-reader.ts";

/** An event of a run's stream, still without its number. */
export interface RunEvent {
  type: string;
  [field: string]: unknown;
}

interface RunLogOptions {
  /** Estimate of the memory that the events of one run may take, large ones apart. */
  maxBytes?: number;
}

const MAX_BYTES = 1_048_576;
/**
 * Large events count as this part of the room: else one of them would push out what was told with it
 * in the same moment, before any reader could have read that.
 */
const MOST_OF_ROOM = 1 / 32;
const LARGE_BYTES = 1024;
/** All the same, events take no more than so many times the room, but for the last one. */
const MOST_ROOMS = 16;
/** A character, and what an event takes beside its text. */
const BYTES_PER_CHAR = 2;
const EVENT_BYTES = 128;

/** What our own events are, to those who read only OpenAI's: it knows this one, and it says nothing. */
const SILENT_TYPE = "keepalive";

/**
 * The events of one run, numbered from 0, so that those who come late or come back read on from where
 * they were. The oldest give way where they become too many; a reader that has not read such a one
 * is dropped, and told.
 */
export class RunLog {
  readonly #maxBytes: number;
  readonly #events = new Map<number, LoggedEvent>();
  readonly #readers = new Set<RunReader>();
  #next = 0;
  #bytes = 0;
  /** As `#bytes`, with large events counted as less. */
  #weight = 0;
  #isOver = false;
  /** The model has said something. */
  #hasText = false;

  constructor({ maxBytes = MAX_BYTES }: RunLogOptions = {}) {
    this.#maxBytes = maxBytes;
  }

  /** The number of the event that comes next. */
  get next(): number {
    return this.#next;
  }

  /** The number of the oldest that is kept; that of the next where none is. */
  get first(): number {
    return this.#next - this.#events.size;
  }

  /** Whether there will be no more. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Estimate of the memory that it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Those who read it. */
  get readers(): number {
    return this.#readers.size;
  }

  at(number: number): LoggedEvent | undefined {
    return this.#events.get(number);
  }

  /** Adds an event of OpenAI's. */
  add({ type, ...fields }: RunEvent, endsResponse = false): void {
    const delta = this.#deltaOf(type, fields);
    this.#add(type, { type, sequence_number: this.#next, ...fields }, { delta, endsResponse });
  }

  /** Adds an event of our own: its name says so, and OpenAI's clients pass over it. */
  addOwn(name: string, facts: object): void {
    const own = { type: SILENT_TYPE, sequence_number: this.#next, shared_ollama: facts };
    this.#add(`shared_ollama:${name}`, own, { delta: undefined, endsResponse: false });
  }

  /** There will be no more. */
  end(): void {
    this.#isOver = true;
    this.#wake();
  }

  /** Reads from an event on; those that are gone by then are told of as missed. */
  read(options: Omit<RunReaderOptions, "log" | "onEnd">): RunReader {
    const reader: RunReader = new RunReader({
      ...options,
      log: this,
      onEnd: () => this.#readers.delete(reader),
    });
    this.#readers.add(reader);
    return reader;
  }

  /** Sends those away who follow the whole run: the service stops. */
  dropFollowers(): void {
    for (const reader of [...this.#readers]) {
      if (reader.isFollower) reader.drop("stopping");
    }
  }

  /** What a model has said, of several turns with a blank line between them. */
  #deltaOf(type: string, { delta, item }: Omit<RunEvent, "type">): string | undefined {
    if (type === "response.output_text.delta") {
      this.#hasText = true;
      return delta as string;
    }
    const isMessage = type === "response.output_item.added" && isOfType(item, "message");
    return isMessage && this.#hasText ? "\n\n" : undefined;
  }

  #add(name: string, data: object, facts: Omit<LoggedEvent, "text">): void {
    if (this.#isOver) return;
    const text = flat(`event: ${name}\ndata: ${jsonLine(data)}\n\n`);
    this.#events.set(this.#next, { text, ...facts });
    this.#next += 1;
    this.#bytes += bytesOf(text);
    this.#weight += this.#weightOf(text);
    for (const [number, old] of this.#events) {
      const isTooMuch = this.#bytes > this.#maxBytes * MOST_ROOMS && this.#events.size > 1;
      if (this.#weight <= this.#maxBytes && !isTooMuch) break;
      this.#events.delete(number);
      this.#bytes -= bytesOf(old.text);
      this.#weight -= this.#weightOf(old.text);
      for (const reader of this.#readers) reader.loses(number);
    }
    this.#wake();
  }

  #weightOf(text: string): number {
    return Math.min(bytesOf(text), Math.max(LARGE_BYTES, this.#maxBytes * MOST_OF_ROOM));
  }

  #wake(): void {
    for (const reader of this.#readers) reader.wake();
  }
}

function isOfType(item: unknown, type: string): boolean {
  return typeof item === "object" && item !== null && "type" in item && item.type === type;
}

function bytesOf(text: string): number {
  return EVENT_BYTES + text.length * BYTES_PER_CHAR;
}
