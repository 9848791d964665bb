import type { LlamaModel, Token } from "node-llama-cpp";

/** The kinds of special tokens in a GGUF file: unknown, control and user-defined. */
const SPECIAL_KINDS = [2, 3, 4];
const NORMAL = 1;
/**
 * More special tokens than any known model has. A pattern of a whole vocabulary would take too
 * long.
 */
const MAX_SPECIAL = 8_192;
/** Special tokens that llama.cpp gets in one call. */
const PER_PIECE = 32;
/** A shorter text has too few special tokens to matter, in characters. */
const SHORT = 512;

type Model = Pick<LlamaModel, "tokenize" | "fileInfo">;

/**
 * Tokenizes texts. llama.cpp's time grows with the square of the special tokens in a text, such as
 * `<|im_start|>`: 80 000 of them, less than a megabyte, hold everything up for half a minute.
 * llama.cpp cuts a text at special tokens first and reads each part on its own. So it can be given
 * the text in pieces that begin with a special token.
 */
export class TokenReader {
  readonly #model: Model;
  readonly #special: RegExp | undefined;

  constructor(model: Model) {
    this.#model = model;
    this.#special = patternOf(specialTexts(model));
  }

  /** The tokens of a text. Where it has more than `enough`, the last ones may be missing. */
  read(text: string, enough = Number.POSITIVE_INFINITY): Token[] {
    const tokens: Token[] = [];
    for (const piece of this.#pieces(text)) {
      for (const token of this.#model.tokenize(piece, true)) tokens.push(token);
      if (tokens.length > enough) break;
    }
    return tokens;
  }

  *#pieces(text: string): Generator<string, void> {
    let start = 0;
    if (text.length > SHORT && this.#special) {
      let seen = 0;
      for (const { index } of text.matchAll(this.#special)) {
        seen += 1;
        if (seen % PER_PIECE !== 0) continue;
        yield text.slice(start, index);
        start = index;
      }
    }
    yield text.slice(start);
  }
}

function specialTexts({ fileInfo }: Model): string[] {
  const { tokens, ...more } = fileInfo.metadata.tokenizer.ggml;
  const { token_type: kinds }: { readonly token_type?: readonly number[] } = more;
  const special = tokens.filter((_, id) => SPECIAL_KINDS.includes(kinds?.[id] ?? NORMAL));
  return special.filter((text) => text !== "").slice(0, MAX_SPECIAL);
}

/** Like llama.cpp, the pattern takes the longest special token at a position. */
function patternOf(texts: readonly string[]): RegExp | undefined {
  if (texts.length === 0) return undefined;
  const longestFirst = texts.toSorted((a, b) => b.length - a.length);
  const escaped = longestFirst.map((text) => text.replace(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`));
  return new RegExp(escaped.join("|"), "g");
}
