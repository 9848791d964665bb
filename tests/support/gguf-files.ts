type Scalar = { type: number; bytes: Buffer };
type Entry = string | number | boolean | readonly string[] | Scalar;
type Tensor = { name: string; shape: readonly number[]; type?: number; offset?: number };

const STRING = 8;
const LIST = 9;

export type GgufParts = {
  version?: number;
  entries?: Readonly<Record<string, Entry>>;
  tensors?: readonly Tensor[];
  /** What the header claims, where it is to lie. */
  entryCount?: bigint;
  tensorCount?: bigint;
  /** What stands behind the header: so many zeros, or these bytes. */
  weights?: number | Buffer;
};

/** A small GGUF file, right unless it is told to lie; its weights are zeros unless they are given. */
export function ggufFile({
  version = 3,
  entries = { "general.architecture": "llama", "general.file_type": 7 },
  tensors = [{ name: "token_embd.weight", shape: [32, 4] }],
  entryCount = BigInt(Object.keys(entries).length),
  tensorCount = BigInt(tensors.length),
  weights = 4_096,
}: GgufParts = {}): Buffer {
  const header = Buffer.concat([
    Buffer.from("GGUF"),
    u32(version),
    u64(tensorCount),
    u64(entryCount),
    ...Object.entries(entries).flatMap(([key, value]) => [text(key), typed(value)]),
    ...tensors.map(({ name, shape, type = 0, offset = 0 }) =>
      Buffer.concat([
        text(name),
        u32(shape.length),
        ...shape.map((side) => u64(BigInt(side))),
        u32(type),
        u64(BigInt(offset)),
      ]),
    ),
  ]);
  const padding = Buffer.alloc((32 - (header.length % 32)) % 32);
  const data = typeof weights === "number" ? Buffer.alloc(weights) : weights;
  return Buffer.concat([header, padding, data]);
}

/** An entry whose type and bytes are given as they are. */
export const raw = (type: number, ...bytes: Buffer[]): Scalar => ({
  type,
  bytes: Buffer.concat(bytes),
});

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

export function u64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}

export function text(value: string): Buffer {
  return Buffer.concat([u64(BigInt(Buffer.byteLength(value))), Buffer.from(value)]);
}

function typed(value: Entry): Buffer {
  if (typeof value === "string") return Buffer.concat([u32(STRING), text(value)]);
  if (typeof value === "boolean") return Buffer.concat([u32(7), Buffer.from([Number(value)])]);
  if (typeof value === "number") return Buffer.concat([u32(4), u32(value)]);
  if ("type" in value) return Buffer.concat([u32(value.type), value.bytes]);
  const items = value.map(text);
  return Buffer.concat([u32(LIST), u32(STRING), u64(BigInt(items.length)), ...items]);
}
