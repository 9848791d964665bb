/** A header as it stood on the wire: name, value. */
export type Header = [name: string, value: string];

/** First line and headers of a request or an answer, nothing folded or sorted. */
export interface WireHead {
  startLine: string;
  headers: Header[];
}

/** How a body's end is known. */
export type Framing = "none" | "chunked" | "until-close" | { length: number };

/** What a reader tells of one message after the other. */
export interface WireEvents {
  /** @returns how the body that follows is framed; `skip` for an interim answer. */
  head(head: WireHead): Framing | "skip";
  /** A chunk of a chunked body, whole; of other bodies whatever one read brought. */
  chunk(bytes: Buffer): void;
  end(trailers: Header[]): void;
}

const LINE_END = "\r\n";
const HEAD_END = "\r\n\r\n";

/** Reads HTTP/1.1 messages from raw bytes, without any of the runtime's own HTTP code. */
export class WireReader {
  readonly #events: WireEvents;
  #rest: Buffer = Buffer.alloc(0);
  #step: () => boolean = () => this.#head();
  #left = 0;
  #inChunks = false;

  constructor(events: WireEvents) {
    this.#events = events;
  }

  feed(bytes: Buffer): void {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes]);
    while (this.#step());
  }

  #head(): boolean {
    const end = this.#rest.indexOf(HEAD_END);
    if (end < 0) return false;
    const [startLine = "", ...lines] = this.#take(end + HEAD_END.length)
      .subarray(0, end)
      .toString("latin1")
      .split(LINE_END);
    const framing = this.#events.head({ startLine, headers: lines.map(header) });
    if (framing === "skip") return true;
    if (framing === "none") return this.#end([]);
    if (framing === "chunked") this.#step = () => this.#chunk();
    else if (framing === "until-close") this.#step = () => this.#untilClose();
    else {
      this.#left = framing.length;
      this.#step = () => this.#counted();
    }
    return true;
  }

  #counted(): boolean {
    if (this.#left === 0) return this.#end([]);
    if (this.#rest.length === 0) return false;
    const bytes = this.#take(Math.min(this.#left, this.#rest.length));
    this.#left -= bytes.length;
    this.#events.chunk(bytes);
    return true;
  }

  #chunk(): boolean {
    // The line end that closes a chunk may come only with the next one.
    const from = this.#inChunks ? LINE_END.length : 0;
    const end = this.#rest.indexOf(LINE_END, from);
    if (end < 0) return false;
    const size = Number.parseInt(this.#rest.toString("latin1", from, end), 16);
    const start = end + LINE_END.length;
    if (size === 0) return this.#trailers(start);
    if (this.#rest.length < start + size) return false;
    this.#inChunks = true;
    this.#events.chunk(this.#take(start + size).subarray(start));
    return true;
  }

  #trailers(start: number): boolean {
    if (this.#rest.subarray(start, start + 2).toString() === LINE_END) {
      this.#take(start + LINE_END.length);
      return this.#end([]);
    }
    const end = this.#rest.indexOf(HEAD_END, start);
    if (end < 0) return false;
    const lines = this.#take(end + HEAD_END.length).toString("latin1", start, end);
    return this.#end(lines.split(LINE_END).map(header));
  }

  #untilClose(): boolean {
    if (this.#rest.length > 0) this.#events.chunk(this.#take(this.#rest.length));
    return false;
  }

  #end(trailers: Header[]): boolean {
    this.#step = () => this.#head();
    this.#inChunks = false;
    this.#events.end(trailers);
    return true;
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count);
    this.#rest = this.#rest.subarray(count);
    return taken;
  }
}

/** A header's values by its name, whatever its case. */
export function valuesOf(headers: Header[], name: string): string[] {
  return headers.filter(([n]) => n.toLowerCase() === name).map(([, value]) => value);
}

/** How headers say that a body is framed; without a word there is none. */
export function framingOf(headers: Header[]): Framing {
  if (valuesOf(headers, "transfer-encoding").some((v) => /chunked/i.test(v))) return "chunked";
  const [length] = valuesOf(headers, "content-length");
  return length === undefined ? "none" : { length: Number(length) };
}

/** A head as bytes for the wire. */
export function headBytes(startLine: string, headers: Header[]): string {
  return [startLine, ...headers.map(([name, value]) => `${name}: ${value}`), "", ""].join(LINE_END);
}

/** One chunk of a chunked body. */
export function chunkBytes(body: string | Buffer): Buffer {
  const bytes = Buffer.from(body);
  return Buffer.concat([Buffer.from(bytes.length.toString(16) + LINE_END), bytes, LINE_END_BYTES]);
}

const LINE_END_BYTES = Buffer.from(LINE_END);

/** The end of a chunked body. */
export const LAST_CHUNK = `0${HEAD_END}`;

function header(line: string): Header {
  const colon = line.indexOf(":");
  return [line.slice(0, colon), line.slice(colon + 1).trim()];
}
