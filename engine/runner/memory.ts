import { freemem } from "node:os";
import type { Llama, LlamaModel } from "node-llama-cpp";
import { EngineError } from "../errors.ts";

/** A model needs more memory than there is. */
export class MemoryError extends EngineError {}

/** Bytes that other programs leave free, within this process's own limit where it has one. */
export function availableMemory(): number {
  const limited = process.availableMemory?.() ?? 0;
  return limited > 0 ? Math.min(limited, freemem()) : freemem();
}

/**
 * Checks that a model's weights can stay in memory while it works.
 * @throws {MemoryError} saying how much is needed and how much there is.
 */
export function requireRoomForWeights(bytes: number, available = availableMemory()): void {
  if (bytes > available) throw tooLarge("system", bytes, available);
}

type ContextSize = {
  readonly contextSize: number;
  readonly sequences: number;
  readonly batchSize: number;
  readonly isEmbeddingContext: boolean;
};

/**
 * Checks that a context fits beside what is already there, by llama.cpp's own estimate.
 * @throws {MemoryError} saying how much is needed and how much there is.
 */
export async function requireRoomForContext(
  { llama, model }: { llama: Llama; model: LlamaModel },
  size: ContextSize,
  available = availableMemory(),
): Promise<void> {
  const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
    ...size,
    modelGpuLayers: model.gpuLayers,
  });
  if (cpuRam > available) throw tooLarge("system", cpuRam, available);
  if (llama.gpu === false) return;
  const { free } = await llama.getVramState();
  if (gpuVram > free) throw tooLarge("GPU", gpuVram, free);
}

function tooLarge(kind: string, needed: number, available: number): MemoryError {
  const text = `(${gibibytes(needed)}) than is available (${gibibytes(available)})`;
  return new MemoryError(500, `model requires more ${kind} memory ${text}`);
}

const gibibytes = (bytes: number): string => `${(bytes / 2 ** 30).toFixed(1)} GiB`;
