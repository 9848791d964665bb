import { open } from "node:fs/promises";
import { shortFloat } from "../../values/short-float.ts";
import { Cursor, GgufError } from "./cursor.ts";
import { tensorBytes, tensorTypeName } from "./tensor-types.ts";

export type GgufValue = string | number | boolean | readonly GgufValue[] | null;

export type GgufHeader = {
  /** Keys as in the file, sorted. A list is null unless lists are requested, or it is empty. */
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly { name: string; type: string; shape: number[] }[];
  readonly parameterCount: number;
};

const MAGIC = "GGUF";
/** llama.cpp reads versions 2 and 3; all counts and lengths have 64 bits in both. */
const VERSIONS = [2, 3];
/**
 * The most entries. Real files have some hundred; llama.cpp's time grows with the square of their
 * number.
 */
const MAX_ENTRIES = 4_096;
/**
 * The most tensors. The largest models have some 2 500; with 50 000 a load takes longer than a
 * minute.
 */
const MAX_TENSORS = 8_192;
/** llama.cpp's limit. */
const MAX_DIMENSIONS = 4;
/** The format's limit for a key. */
const MAX_KEY_BYTES = 65_535;
/** The most bytes of all strings together: the largest vocabularies take a tenth. */
const MAX_TEXT_BYTES = 128 << 20;
/** The most list items together, skipped or kept: the largest vocabularies have a tenth. */
const MAX_ITEMS = 16 << 20;

const STRING = 8;
const LIST = 9;

type Scalar = { readonly bytes: number; readonly read: (view: Buffer) => number | boolean };

const SCALARS: Readonly<Record<number, Scalar>> = {
  0: { bytes: 1, read: (view) => view.readUInt8() },
  1: { bytes: 1, read: (view) => view.readInt8() },
  2: { bytes: 2, read: (view) => view.readUInt16LE() },
  3: { bytes: 2, read: (view) => view.readInt16LE() },
  4: { bytes: 4, read: (view) => view.readUInt32LE() },
  5: { bytes: 4, read: (view) => view.readInt32LE() },
  // Floats have 32 bits, and are shown as short as Go shows them.
  6: { bytes: 4, read: (view) => shortFloat(view.readFloatLE()) },
  7: { bytes: 1, read: (view) => view.readUInt8() !== 0 },
  10: { bytes: 8, read: (view) => Number(view.readBigUInt64LE()) },
  11: { bytes: 8, read: (view) => Number(view.readBigInt64LE()) },
  12: { bytes: 8, read: (view) => view.readDoubleLE() },
};

/**
 * Reads the header of a GGUF file, not the weights. Nothing in the file is trusted: every count and
 * length is checked against the file's size and the limits above.
 * @throws {GgufError} when it is no such file, is cut off, or cannot be right.
 */
export async function readGguf(path: string, { lists = false } = {}): Promise<GgufHeader> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    return await new HeaderReader(new Cursor(file, size), lists).read();
  } finally {
    await file.close();
  }
}

class HeaderReader {
  readonly #cursor: Cursor;
  readonly #lists: boolean;
  #textBytes = 0;
  #items = 0;

  constructor(cursor: Cursor, lists: boolean) {
    this.#cursor = cursor;
    this.#lists = lists;
  }

  async read(): Promise<GgufHeader> {
    const cursor = this.#cursor;
    if (!(await this.#hasMagic())) {
      throw new GgufError("supplied file was not in GGUF format", { notGguf: true });
    }
    await cursor.need(20);
    const version = cursor.u32();
    if (!VERSIONS.includes(version))
      throw new GgufError(`GGUF version ${version} is not supported`);
    const tensorCount = atMost(cursor.u64(), MAX_TENSORS, "tensors");
    const entryCount = atMost(cursor.u64(), MAX_ENTRIES, "entries");
    const metadata = new Map<string, GgufValue>();
    for (let index = 0; index < entryCount; index += 1) await this.#entry(metadata);
    const tensors: Tensor[] = [];
    for (let index = 0; index < tensorCount; index += 1) tensors.push(await this.#tensor());
    checkBounds(tensors, cursor, metadata.get("general.alignment"));
    return {
      metadata: Object.fromEntries([...metadata].sort(([a], [b]) => (a < b ? -1 : 1))),
      tensors: tensors.map(({ name, type, shape }) => ({
        name,
        type: tensorTypeName(type),
        shape,
      })),
      parameterCount: tensors.reduce((sum, { values }) => sum + values, 0),
    };
  }

  async #hasMagic(): Promise<boolean> {
    if (this.#cursor.size < MAGIC.length) return false;
    await this.#cursor.need(MAGIC.length);
    return this.#cursor.take(MAGIC.length).toString("latin1") === MAGIC;
  }

  async #entry(into: Map<string, GgufValue>): Promise<void> {
    const key = await this.#text(MAX_KEY_BYTES, "key");
    if (into.has(key)) throw new GgufError(`the key ${JSON.stringify(key)} stands there twice`);
    await this.#cursor.need(4);
    const type = this.#cursor.u32();
    into.set(key, type === LIST ? await this.#list() : await this.#single(type));
  }

  async #single(type: number): Promise<GgufValue> {
    if (type === STRING) return this.#text(MAX_TEXT_BYTES, "text");
    const { bytes, read } = scalar(type);
    await this.#cursor.need(bytes);
    return read(this.#cursor.take(bytes));
  }

  async #list(): Promise<GgufValue> {
    const cursor = this.#cursor;
    await cursor.need(12);
    const type = cursor.u32();
    const length = atMost(cursor.u64(), MAX_ITEMS - this.#items, "list items");
    this.#items += length;
    if (type !== STRING) cursor.require(length * scalar(type).bytes);
    if (this.#lists || length === 0) {
      const values: GgufValue[] = [];
      for (let index = 0; index < length; index += 1) values.push(await this.#single(type));
      return values;
    }
    if (type === STRING) await this.#skipTexts(length);
    else cursor.skip(length * scalar(type).bytes);
    return null;
  }

  async #skipTexts(count: number): Promise<void> {
    const cursor = this.#cursor;
    for (let index = 0; index < count; index += 1) {
      if (cursor.buffered < 8) await cursor.need(8);
      cursor.skip(atMost(cursor.u64(), cursor.size, "bytes in a text"));
    }
  }

  async #text(maxBytes: number, what: string): Promise<string> {
    const cursor = this.#cursor;
    await cursor.need(8);
    const length = atMost(cursor.u64(), maxBytes, `bytes in a ${what}`);
    this.#textBytes += length;
    if (this.#textBytes > MAX_TEXT_BYTES) throw tooMany(this.#textBytes, "bytes of text");
    await cursor.need(length);
    return cursor.take(length).toString("utf8");
  }

  async #tensor(): Promise<Tensor> {
    const cursor = this.#cursor;
    const name = await this.#text(MAX_KEY_BYTES, "tensor's name");
    await cursor.need(4);
    const dimensions = cursor.u32();
    if (dimensions > MAX_DIMENSIONS) throw tooMany(dimensions, "dimensions of a tensor");
    await cursor.need(dimensions * 8 + 12);
    const shape: number[] = [];
    for (let index = 0; index < dimensions; index += 1) {
      shape.push(atMost(cursor.u64(), Number.MAX_SAFE_INTEGER, "values in a tensor"));
    }
    const values = shape.reduce((product, side) => product * side, 1);
    if (values > Number.MAX_SAFE_INTEGER) throw tooMany(values, "values in a tensor");
    const type = cursor.u32();
    const offset = atMost(cursor.u64(), cursor.size, "bytes before a tensor");
    return { name, type, shape, values, offset };
  }
}

type Tensor = { name: string; type: number; shape: number[]; values: number; offset: number };

/**
 * Finds a file that is cut off: its header is complete, and only the tensors' positions show it.
 */
function checkBounds(
  tensors: readonly Tensor[],
  { size, offset }: Cursor,
  given: GgufValue | undefined,
): void {
  const alignment = given ?? 32;
  if (typeof alignment !== "number" || alignment < 1 || !Number.isInteger(Math.log2(alignment))) {
    throw new GgufError(`general.alignment is ${JSON.stringify(alignment)}, no power of two`);
  }
  const start = Math.ceil(offset / alignment) * alignment;
  for (const tensor of tensors) {
    const end = start + tensor.offset + (tensorBytes(tensor.type, tensor.values) ?? 0);
    if (end > size) {
      const name = JSON.stringify(tensor.name);
      throw new GgufError(`the file is cut off: tensor ${name} ends at ${end} of ${size} bytes`);
    }
  }
}

function scalar(type: number): Scalar {
  const known = SCALARS[type];
  if (!known) {
    const what = type === LIST ? "a list of lists" : `a value of type ${type}`;
    throw new GgufError(`${what} is not supported`);
  }
  return known;
}

function atMost(count: bigint, limit: number, what: string): number {
  if (count > BigInt(limit)) throw tooMany(count, what);
  return Number(count);
}

const tooMany = (count: bigint | number, what: string): GgufError =>
  new GgufError(`${count} ${what} are more than can be right`);
