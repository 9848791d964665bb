import { readFile, writeFile } from "node:fs/promises";

const STRING = 8;
const LIST = 9;
/** Bytes of a value, by the format's number for its type. */
const SIZES: Readonly<Record<number, number>> = {
  0: 1,
  1: 1,
  2: 2,
  3: 2,
  4: 4,
  5: 4,
  6: 4,
  7: 1,
  10: 8,
  11: 8,
  12: 8,
};
const ALIGNMENT = 32;

/**
 * Writes a copy of a GGUF file in which these texts stand in place of the file's own, or in addition
 * to them; `undefined` takes an entry out. The weights stay as they are.
 */
export async function rewriteGguf(
  from: string,
  to: string,
  texts: Readonly<Record<string, string | undefined>>,
): Promise<void> {
  const file = await readFile(from);
  const reader = new Reader(file);
  reader.skip(8);
  const tensorCount = reader.count();
  const entryCount = reader.count();
  const entries: Buffer[] = [];
  for (let index = 0; index < entryCount; index += 1) {
    const start = reader.at;
    const key = reader.text();
    reader.skipValue(reader.u32());
    if (!(key in texts)) entries.push(file.subarray(start, reader.at));
  }
  for (const [key, text] of Object.entries(texts)) {
    if (text !== undefined) entries.push(Buffer.concat([textOf(key), u32(STRING), textOf(text)]));
  }
  const tensorsAt = reader.at;
  for (let index = 0; index < tensorCount; index += 1) reader.skipTensor();
  const head = Buffer.concat([
    file.subarray(0, 8),
    u64(tensorCount),
    u64(entries.length),
    ...entries,
    file.subarray(tensorsAt, reader.at),
  ]);
  const data = file.subarray(aligned(reader.at));
  await writeFile(
    to,
    Buffer.concat([head, Buffer.alloc(aligned(head.length) - head.length), data]),
  );
}

class Reader {
  at = 0;
  readonly #file: Buffer;

  constructor(file: Buffer) {
    this.#file = file;
  }

  skip(bytes: number): void {
    this.at += bytes;
  }

  u32(): number {
    this.at += 4;
    return this.#file.readUInt32LE(this.at - 4);
  }

  count(): number {
    this.at += 8;
    return Number(this.#file.readBigUInt64LE(this.at - 8));
  }

  text(): string {
    const length = this.count();
    this.at += length;
    return this.#file.toString("utf8", this.at - length, this.at);
  }

  skipValue(type: number): void {
    if (type === STRING) return this.skip(this.count());
    if (type !== LIST) return this.skip(SIZES[type] ?? 0);
    const itemType = this.u32();
    const length = this.count();
    if (itemType !== STRING) return this.skip(length * (SIZES[itemType] ?? 0));
    for (let index = 0; index < length; index += 1) this.skip(this.count());
  }

  skipTensor(): void {
    this.text();
    this.skip(8 * this.u32() + 4 + 8);
  }
}

const aligned = (at: number): number => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

function textOf(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([u64(bytes.length), bytes]);
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function u64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}
