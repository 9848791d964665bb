import { availableParallelism } from "node:os";
import type { Llama } from "node-llama-cpp";

/**
 * llama.cpp's threads wait by spinning: as many as there are cores starve each other as soon as
 * anything else wants one, so one core stays free.
 */
export function inferenceThreads(cores = availableParallelism()): number {
  return Math.max(1, cores - 1);
}

/**
 * Loads llama.cpp, when the first model is; before that the process is small and quick to start.
 */
export async function openLlama(threads: number): Promise<Llama> {
  const { LlamaLogLevel, getLlama } = await import("node-llama-cpp");
  const metal = process.platform === "darwin" && process.arch === "arm64";
  return getLlama({
    build: "never",
    gpu: metal ? "auto" : false,
    maxThreads: threads,
    logLevel: LlamaLogLevel.error,
    progressLogs: false,
  });
}
