import { openEnd } from "../runner/stop-filter.ts";
import { JsonExtent } from "./json-extent.ts";
import { type ToolCall, readCalls, toolCallId } from "./tool-call.ts";
import type { ToolFormat } from "./tool-format.ts";

/** The output of one step: text of the answer, and complete calls. */
export type ParsedPiece = { readonly text: string; readonly calls: readonly ToolCall[] };

type ToolCallParserOptions = {
  readonly formats: readonly ToolFormat[];
  /** The offered tools. A call of any other tool is text. */
  readonly names: ReadonlySet<string>;
  /** The prompt before the answer. A template may write the beginning of a call there. */
  readonly prompt?: string;
  readonly newId?: () => string;
};

/** A call that has begun, with the mark that began it. */
type OpenCall = { readonly format: ToolFormat; readonly mark: string; readonly extent: JsonExtent };

/** Text that may stand between two calls. */
const GAP = /^[\s,;]*/;
const BLANK = /^\s*/;
/** The longest beginning of a call in a prompt: a mark and the tool's name. */
const MAX_BEGINNING = 256;

/**
 * Extracts the calls from an answer that arrives in pieces. Text before a call is passed on as it
 * arrives, a call is held until it is complete, and text that turns out to be no call is passed on
 * as text.
 */
export class ToolCallParser {
  readonly #options: ToolCallParserOptions;
  readonly #bareAllowed: boolean;
  #held = "";
  /** Characters of `#held` that are in the prompt already. */
  #given = 0;
  #open: OpenCall | undefined;
  /** The mark that has to follow the call that was just read. */
  #closing = "";
  #textSeen = false;
  #afterCall = false;
  #count = 0;

  constructor(options: ToolCallParserOptions) {
    this.#options = options;
    this.#bareAllowed = options.formats.some(({ opens }) => opens === "");
    for (const format of options.formats) {
      const beginning = beginningIn(options.prompt ?? "", format);
      if (beginning === undefined) continue;
      this.#held = beginning;
      this.#given = beginning.length;
      this.#open = { format, mark: "", extent: new JsonExtent() };
    }
  }

  push(piece: string): ParsedPiece {
    this.#held += piece;
    const calls: ToolCall[] = [];
    let text = "";
    for (;;) {
      const step = this.#open ? this.#readCall(this.#open, calls) : this.#readText();
      if (step === undefined) return { text, calls };
      text += step;
    }
  }

  /** The rest, at the end of the answer. No text is lost. */
  end(): ParsedPiece {
    const rest = (this.#open?.mark ?? "") + this.#held.slice(this.#given);
    this.#open = undefined;
    this.#held = "";
    this.#given = 0;
    const left = this.#closing === "" ? rest : "";
    return { text: this.#afterCall && left.trim() === "" ? "" : left, calls: [] };
  }

  /** The text up to the next call; `undefined` when more input is needed. */
  #readText(): string | undefined {
    if (!this.#passClosing()) return undefined;
    const found = this.#findOpening();
    if (found) {
      const { at, format } = found;
      const before = this.#held.slice(0, at);
      this.#held = this.#held.slice(at + format.opens.length);
      this.#open = { format, mark: format.opens, extent: new JsonExtent() };
      return this.#emit(before);
    }
    const sure = this.#held.length - this.#undecided();
    if (sure === 0) return undefined;
    const text = this.#held.slice(0, sure);
    this.#held = this.#held.slice(sure);
    return this.#emit(text);
  }

  /** Blanks between calls are no text. */
  #emit(text: string): string {
    if (GAP.exec(text)?.[0] === text) return this.#afterCall ? "" : text;
    this.#textSeen = true;
    this.#afterCall = false;
    return text;
  }

  /** `false` when the mark after a call may still arrive. */
  #passClosing(): boolean {
    if (this.#closing === "") return true;
    const rest = this.#held.trimStart();
    if (rest.startsWith(this.#closing)) this.#held = rest.slice(this.#closing.length);
    else if (this.#closing.startsWith(rest)) return false;
    this.#closing = "";
    return true;
  }

  #findOpening(): { at: number; format: ToolFormat } | undefined {
    const found = this.#options.formats.map((format) => {
      const at = format.opens === "" ? this.#bareAt() : this.#held.indexOf(format.opens);
      return { at, format };
    });
    return found.filter(({ at }) => at >= 0).toSorted((a, b) => a.at - b.at)[0];
  }

  /** Bare JSON is a call only where no text stands before it. */
  #bareAt(): number {
    const at = GAP.exec(this.#held)?.[0].length ?? 0;
    const begins = /^[{[]/.test(this.#held.slice(at, at + 1));
    return begins && this.#bareAllowed && !this.#textSeen ? at : -1;
  }

  /** The length of the suffix that may still become the beginning of a call. */
  #undecided(): number {
    const gap = GAP.exec(this.#held)?.[0].length ?? 0;
    const bare = this.#bareAllowed && !this.#textSeen;
    if (gap === this.#held.length && (bare || this.#afterCall)) return gap;
    const { formats } = this.#options;
    return Math.max(...formats.map(({ opens }) => openEnd(this.#held, opens)));
  }

  /** Adds a complete call to `calls`. Text that is no call is returned. */
  #readCall(begun: OpenCall, calls: ToolCall[]): string | undefined {
    const { names, newId = toolCallId } = this.#options;
    const start = BLANK.exec(this.#held)?.[0].length ?? 0;
    const body = this.#held.slice(start);
    if (body === "") return undefined;
    const extent = /^[{[]/.test(body) ? begun.extent.end(body) : 0;
    if (extent === undefined) return undefined;
    const end = start + extent;
    const written = readCalls(this.#held.slice(0, end), names);
    this.#open = undefined;
    if (!written) return this.#giveBack(begun, end);
    for (const call of written) {
      calls.push({ id: newId(), function: { index: this.#count, ...call } });
      this.#count += 1;
    }
    this.#held = this.#held.slice(end);
    this.#given = 0;
    this.#closing = begun.format.closes;
    this.#afterCall = true;
    return "";
  }

  #giveBack({ mark }: OpenCall, end: number): string {
    const text = mark + this.#held.slice(this.#given, end);
    this.#held = this.#held.slice(end);
    this.#given = 0;
    this.#textSeen = true;
    this.#afterCall = false;
    return text;
  }
}

/** The part of a call that the prompt holds, where the answer is to complete it. */
function beginningIn(prompt: string, { opens }: ToolFormat): string | undefined {
  const at = opens === "" ? -1 : prompt.lastIndexOf(opens);
  if (at < 0 || prompt.length - at > MAX_BEGINNING) return undefined;
  const beginning = prompt.slice(at + opens.length).trimStart();
  if (beginning === "") return beginning;
  const unfinished = /^[{[]/.test(beginning) && new JsonExtent().end(beginning) === undefined;
  return unfinished ? beginning : undefined;
}
