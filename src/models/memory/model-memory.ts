import { memoryLimitGb, type LimitFacts } from "./memory-limit.ts";
import type { LoadedModel } from "../../hosts/client.ts";

const GB = 2 ** 30;

/** What is known of the machine's memories. */
interface MachineFacts {
  /** Graphics and everything else share one memory, as on Apple Silicon. */
  isUnified: boolean;
  /** Memory of graphics cards, in bytes; undefined where it is not known. */
  videoBytes: number | undefined;
}

/** The memory that models may take together, and how it is counted. */
export interface ModelMemory {
  /** Bytes of all memories in which models can be. */
  limitBytes: number;
  /** Bytes of the machine's own memory. */
  mainLimitBytes: number;
  /** False: there may be more memory than is known, so that nothing can be said to be too large. */
  isCertain: boolean;
  /** What a model takes of `limitBytes`. */
  bytesOf: (model: Pick<LoadedModel, "size" | "size_vram">) => number;
  /** What it takes of `mainLimitBytes`. */
  mainBytesOf: (model: Pick<LoadedModel, "size" | "size_vram">) => number;
}

/**
 * A model is in the memory of graphics cards as far as that reaches, else in the machine's own;
 * where both are one there is nothing to add. An operator's limit holds for both together.
 */
export function modelMemory(
  facts: LimitFacts,
  { isUnified, videoBytes }: MachineFacts,
): ModelMemory {
  const mainLimitBytes = memoryLimitGb(facts) * GB;
  const whole = ({ size }: { size: number }): number => size;
  if (isUnified) {
    const limitBytes = mainLimitBytes;
    return { limitBytes, mainLimitBytes, isCertain: true, bytesOf: whole, mainBytesOf: whole };
  }
  const mainBytesOf = ({ size, size_vram: video }: { size: number; size_vram: number }): number =>
    size - video;
  if (videoBytes === undefined) {
    const limitBytes = mainLimitBytes;
    return { limitBytes, mainLimitBytes, isCertain: false, bytesOf: mainBytesOf, mainBytesOf };
  }
  const most = facts.maxGb === undefined ? Number.POSITIVE_INFINITY : facts.maxGb * GB;
  const limitBytes = Math.min(mainLimitBytes + videoBytes, most);
  return { limitBytes, mainLimitBytes, isCertain: true, bytesOf: whole, mainBytesOf };
}
