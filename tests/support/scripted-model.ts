import { ggufFile, raw, u32, u64 } from "./gguf-files.ts";
import { seededRandom } from "./prng.ts";

/** More than the vocabulary has tokens: each has a number of its own in the model's state. */
const WIDTH = 320;
const HEADS = 5;
const HIDDEN = 32;
const CONTEXT = 8192;
/** How much more likely the script's word is than any other; its other choice has half of it. */
const CERTAIN = 22;

const SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"] as const;
const END = "<|im_end|>";
const FLOAT = 6;
const LIST = 9;
const INT = 5;
const NORMAL = 1;
const CONTROL = 3;

/** What the model counts, round and round. */
export const COUNTED = [" 11,", " 12,", " 13,", " 14,", " 15,"] as const;
/** What it says of itself, and ends. */
export const SAID = [" It", " is", " mild", " today."] as const;
/** The object that it writes when it is held to JSON. */
export const WRITTEN = ['"name": ', '"Tom"', "}"] as const;

/** What comes after what; with two, the second where the first may not be. */
const NEXT: ReadonlyMap<string, readonly string[]> = new Map([
  ...chain([",", ...COUNTED]),
  // Round again, or another way where repetition is punished.
  [" 15,", [" 11,", " and"]],
  ...chain(['"', "}}", "\n</tool_call>", END]),
  ...chain(["{", ...WRITTEN, END]),
  ...chain([...SAID, END]),
]);
const OTHERWISE = [SAID[0], "{"] as const;

/** The widest difference between what is likely and what is not, where chance has it. */
const WILD = 6;
/** Pieces of JSON as vocabularies cut it, across its marks, and characters of several bytes. */
const FRAGMENTS = ['": ', '", "', '"}', '{"', "},", "[]", "true", "null", " 20", "00", "-", "e+"]
  .concat([".5", "name", "id", " the", "ing", "\n  ", "\\n", '\\"', "é", "日", "http://", "@"])
  .concat(["2024-", "T1", ":30", "Z"]);

/**
 * A model of llama.cpp's own kind whose weights say one thing, whichever kernels multiply them: the
 * next token follows from the last alone, and every sum has one term that is not zero. After a comma
 * it counts without end, after a quotation mark it ends a tool's call, held to JSON it writes
 * an object, and after anything else it says a sentence and ends.
 */
export function scriptedModel(template?: string): Buffer {
  const tokens = vocabulary([...NEXT].flatMap(([text, next]) => [text, ...next]));
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const idOf = (text: string): number => {
    const id = ids.get(text === END ? text : written(text));
    if (id === undefined) throw new Error(`the script has no token ${JSON.stringify(text)}`);
    return id;
  };
  const following = new Map([...NEXT].map(([text, next]) => [idOf(text), next.map(idOf)]));
  const otherwise = OTHERWISE.map(idOf);
  const likely = tokens.map((_, id) => {
    const choices = following.get(id) ?? otherwise;
    return new Map(choices.map((choice, rank) => [choice, CERTAIN / (rank + 1)]));
  });
  return chainModel({ name: "scripted", tokens, likely, template });
}

/**
 * A model that babbles: what follows a token is chance, and no more likely for making sense. What
 * holds an answer in bounds has to do it against this one.
 */
export function babblingModel(seed: number): Buffer {
  const random = seededRandom(seed);
  const tokens = vocabulary(FRAGMENTS);
  const closing = new Set(['"', "}", "]"].map((text) => tokens.indexOf(written(text))));
  const likely = tokens.map(
    () =>
      new Map(
        tokens.map((_, next) => [next, WILD * random() + (closing.has(next) ? WILD / 2 : 0)]),
      ),
  );
  return chainModel({ name: "babbling", tokens, likely });
}

/**
 * What the spelling model says: characters of one to four bytes, two bytes of one of three, ASCII,
 * and two line ends that JSON leaves as they are.
 */
export const SPELT = Buffer.concat([
  Buffer.from("a\u00e9\u{1f603}"),
  Buffer.from("\u65e5").subarray(0, 2),
  Buffer.from("! ok\u2028\u0085"),
]);

/** A model that says its text with a token for each byte, none of which comes twice, and ends. */
export function spellingModel(): Buffer {
  const tokens = vocabulary([]);
  const [first = 0, ...others] = [...SPELT].map((byte) => tokens.indexOf(letterOf(byte)));
  const following = new Map([first, ...others].map((id, at) => [id, others[at]]));
  const end = tokens.indexOf(END);
  const likely = tokens.map((_, id) => {
    const next = following.has(id) ? (following.get(id) ?? end) : first;
    return new Map([[next, CERTAIN]]);
  });
  return chainModel({ name: "spelling", tokens, likely });
}

type Chain = {
  readonly name: string;
  readonly tokens: readonly string[];
  /** For each token how likely another one follows; what is not there has 0. */
  readonly likely: readonly ReadonlyMap<number, number>[];
  readonly template?: string | undefined;
};

function chainModel({ name, tokens, likely, template }: Chain): Buffer {
  const tensors = weights(likely);
  return ggufFile({
    entries: {
      "general.architecture": "llama",
      "general.name": name,
      "llama.context_length": CONTEXT,
      "llama.embedding_length": WIDTH,
      "llama.block_count": 1,
      "llama.feed_forward_length": HIDDEN,
      "llama.attention.head_count": HEADS,
      "llama.attention.head_count_kv": 1,
      "llama.rope.dimension_count": WIDTH / HEADS,
      "llama.attention.layer_norm_rms_epsilon": raw(FLOAT, float(1e-5)),
      "tokenizer.ggml.model": "gpt2",
      "tokenizer.ggml.pre": "gpt-2",
      "tokenizer.ggml.tokens": tokens,
      "tokenizer.ggml.token_type": numbers(
        tokens.map((token) => (SPECIAL.some((special) => special === token) ? CONTROL : NORMAL)),
      ),
      "tokenizer.ggml.merges": [],
      "tokenizer.ggml.bos_token_id": 1,
      "tokenizer.ggml.eos_token_id": 2,
      "tokenizer.ggml.add_bos_token": false,
      ...(template !== undefined && { "tokenizer.chat_template": template }),
    },
    tensors: tensors.map(({ name, shape, offset }) => ({ name, shape, offset })),
    weights: Buffer.concat(tensors.map(({ values }) => Buffer.from(values.buffer))),
  });
}

/** Each with the one after it. */
function chain(texts: readonly string[]): [string, readonly string[]][] {
  return texts.slice(0, -1).map((text, at) => [text, [texts[at + 1] ?? END]]);
}

/** The marks, every byte, and the model's own pieces, which no prompt is cut into. */
function vocabulary(pieces: readonly string[]): string[] {
  const bytes = Array.from({ length: 256 }, (_, byte) => letterOf(byte));
  const own = pieces.filter((piece) => piece !== END).map(written);
  return [...new Set([...SPECIAL, ...bytes, ...own])];
}

type Weights = { name: string; shape: readonly number[]; offset: number; values: Float32Array };

/** A state holds the last token's number and nothing else: attention and the layer add zeros. */
function weights(likely: Chain["likely"]): Weights[] {
  const count = likely.length;
  const embedding = new Float32Array(WIDTH * count);
  const output = new Float32Array(WIDTH * count);
  for (const [id, choices] of likely.entries()) {
    embedding[id * WIDTH + id] = 1;
    // The norm makes the square root of the width of the 1.
    for (const [choice, logit] of choices) output[choice * WIDTH + id] = logit / Math.sqrt(WIDTH);
  }
  const head = WIDTH / HEADS;
  const zeros = (name: string, ...shape: [number, number]) =>
    [name, shape, new Float32Array(shape[0] * shape[1])] as const;
  const ones = (name: string) => [name, [WIDTH], new Float32Array(WIDTH).fill(1)] as const;
  const all = [
    ["token_embd.weight", [WIDTH, count], embedding] as const,
    ones("blk.0.attn_norm.weight"),
    zeros("blk.0.attn_q.weight", WIDTH, WIDTH),
    zeros("blk.0.attn_k.weight", WIDTH, head),
    zeros("blk.0.attn_v.weight", WIDTH, head),
    zeros("blk.0.attn_output.weight", WIDTH, WIDTH),
    ones("blk.0.ffn_norm.weight"),
    zeros("blk.0.ffn_gate.weight", WIDTH, HIDDEN),
    zeros("blk.0.ffn_up.weight", WIDTH, HIDDEN),
    zeros("blk.0.ffn_down.weight", HIDDEN, WIDTH),
    ones("output_norm.weight"),
    ["output.weight", [WIDTH, count], output] as const,
  ];
  let offset = 0;
  return all.map(([name, shape, values]) => {
    const tensor = { name, shape, offset, values };
    offset += values.byteLength;
    return tensor;
  });
}

/** A text as vocabularies of this kind write it: a letter for each byte. */
const written = (text: string): string => [...Buffer.from(text)].map(letterOf).join("");

/** GPT-2's letter for a byte: itself where it can be seen, else one from 256 on. */
function letterOf(byte: number): string {
  return String.fromCodePoint(isSeen(byte) ? byte : 256 + unseenBefore(byte));
}

const isSeen = (byte: number): boolean =>
  (byte > 32 && byte < 127) || (byte > 160 && byte !== 173 && byte < 256);

const unseenBefore = (byte: number): number =>
  Array.from({ length: byte }, (_, other) => other).filter((other) => !isSeen(other)).length;

const numbers = (values: readonly number[]) =>
  raw(LIST, u32(INT), u64(BigInt(values.length)), ...values.map(u32));

function float(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(value);
  return bytes;
}
