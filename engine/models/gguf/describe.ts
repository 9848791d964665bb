import type { GgufHeader } from "./header.ts";
import { fileTypeName } from "./tensor-types.ts";

const THOUSAND = 1e3;
const MILLION = 1e6;
const BILLION = 1e9;

/** The kind of a GGUF file. */
export type GgufKind = "model" | "adapter" | "projector";

/** The kind of a file, by Ollama's rules. */
export function kindOf({ metadata }: GgufHeader): GgufKind {
  const type = metadata["general.type"];
  if (type === "adapter") return "adapter";
  const count = (name: string) => Number(metadata[`${architectureOf(metadata)}.${name}`] ?? 0);
  const standsAlone = count("block_count") === 0 && count("vision.block_count") > 0;
  return standsAlone || type === "projector" ? "projector" : "model";
}

/** The fields of a model's config that follow from its file. */
export function configOf(header: GgufHeader) {
  const family = architectureOf(header.metadata);
  return {
    model_format: "gguf",
    model_family: family,
    model_families: [family],
    model_type: humanNumber(header.parameterCount),
    file_type: fileTypeName(header.metadata["general.file_type"]),
  };
}

function architectureOf(metadata: GgufHeader["metadata"]): string {
  const architecture = metadata["general.architecture"];
  return typeof architecture === "string" ? architecture : "unknown";
}

/** A count as Ollama shows it: `134.52M`, `7B`, `1.2B`. */
export function humanNumber(count: number): string {
  const shown = (number: number, digits: number) =>
    number.toFixed(Number.isInteger(number) ? 0 : digits);
  if (count >= BILLION) return `${shown(count / BILLION, 1)}B`;
  if (count >= MILLION) return `${shown(count / MILLION, 2)}M`;
  return count >= THOUSAND ? `${(count / THOUSAND).toFixed(0)}K` : String(count);
}
