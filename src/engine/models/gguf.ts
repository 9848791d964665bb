import { shortFloat } from "../values/short-float.ts";

export type GgufValue = string | number | boolean | readonly GgufValue[] | null;

export type GgufHeader = {
  /** Keys as in the file, sorted. */
  readonly metadata: Readonly<Record<string, GgufValue>>;
  readonly tensors: readonly { name: string; type: string; shape: number[] }[];
  readonly parameterCount: number;
};

/** Reads the header of a GGUF file; the weights stay where they are. */
export async function readGguf(path: string): Promise<GgufHeader> {
  const { GgmlType, readGgufFileInfo } = await import("node-llama-cpp");
  const info = await readGgufFileInfo(path, { sourceType: "filesystem", logWarnings: false });
  const tensors = (info.fullTensorInfo ?? []).map(({ name, ggmlType, dimensions }) => ({
    name,
    type: GgmlType[ggmlType] ?? String(ggmlType),
    shape: dimensions.map(Number),
  }));
  const sizes = tensors.map(({ shape }) => shape.reduce((product, side) => product * side, 1));
  const flat: Record<string, GgufValue> = {};
  flatten(info.metadata, "", flat);
  return {
    metadata: Object.fromEntries(Object.entries(flat).sort(([a], [b]) => (a < b ? -1 : 1))),
    tensors,
    parameterCount: sizes.reduce((sum, size) => sum + size, 0),
  };
}

function flatten(value: unknown, path: string, into: Record<string, GgufValue>): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    into[path] = plain(value);
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    flatten(item, path === "" ? key : `${path}.${key}`, into);
  }
}

/** Floats in the file have 32 bits and are shown as short as Go shows them. */
function plain(value: unknown): GgufValue {
  if (typeof value === "number") {
    return !Number.isInteger(value) && Math.fround(value) === value ? shortFloat(value) : value;
  }
  if (typeof value === "bigint") return Number(value);
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === "string" || typeof value === "boolean" ? value : null;
}
