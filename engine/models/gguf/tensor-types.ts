/** A tensor type of the GGUF format: values per block, and bytes a block takes. */
type TensorType = readonly [name: string, blockValues: number, blockBytes: number];

/** By their number in files; the gaps are types that ggml has given up. */
const TENSOR_TYPES: Readonly<Record<number, TensorType>> = {
  0: ["F32", 1, 4],
  1: ["F16", 1, 2],
  2: ["Q4_0", 32, 18],
  3: ["Q4_1", 32, 20],
  6: ["Q5_0", 32, 22],
  7: ["Q5_1", 32, 24],
  8: ["Q8_0", 32, 34],
  9: ["Q8_1", 32, 36],
  10: ["Q2_K", 256, 84],
  11: ["Q3_K", 256, 110],
  12: ["Q4_K", 256, 144],
  13: ["Q5_K", 256, 176],
  14: ["Q6_K", 256, 210],
  15: ["Q8_K", 256, 292],
  16: ["IQ2_XXS", 256, 66],
  17: ["IQ2_XS", 256, 74],
  18: ["IQ3_XXS", 256, 98],
  19: ["IQ1_S", 256, 50],
  20: ["IQ4_NL", 32, 18],
  21: ["IQ3_S", 256, 110],
  22: ["IQ2_S", 256, 82],
  23: ["IQ4_XS", 256, 136],
  24: ["I8", 1, 1],
  25: ["I16", 1, 2],
  26: ["I32", 1, 4],
  27: ["I64", 1, 8],
  28: ["F64", 1, 8],
  29: ["IQ1_M", 256, 56],
  30: ["BF16", 1, 2],
  34: ["TQ1_0", 256, 54],
  35: ["TQ2_0", 256, 66],
  39: ["MXFP4", 32, 17],
};

/** The name that lists show; `unknown` for types newer than this table. */
export function tensorTypeName(type: number): string {
  return TENSOR_TYPES[type]?.[0] ?? "unknown";
}

/** Bytes that so many values take; `undefined` for a type of unknown size. */
export function tensorBytes(type: number, values: number): number | undefined {
  const known = TENSOR_TYPES[type];
  return known && Math.ceil(values / known[1]) * known[2];
}

/** The values of `general.file_type`, which tells the type of most tensors, by Ollama's names. */
const FILE_TYPES: Readonly<Record<number, string>> = {
  0: "F32",
  1: "F16",
  2: "Q4_0",
  3: "Q4_1",
  4: "MXFP4",
  7: "Q8_0",
  8: "Q5_0",
  9: "Q5_1",
  10: "Q2_K",
  11: "Q3_K_S",
  12: "Q3_K_M",
  13: "Q3_K_L",
  14: "Q4_K_S",
  15: "Q4_K_M",
  16: "Q5_K_S",
  17: "Q5_K_M",
  18: "Q6_K",
  21: "Q2_K_S",
  32: "BF16",
};

/** The quantization that a file states; `unknown` where Ollama says so too. */
export function fileTypeName(type: unknown): string {
  // Ollama reads a missing type as 0 and takes 0 for missing.
  return (typeof type === "number" && type > 0 && FILE_TYPES[type]) || "unknown";
}
