import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Llama } from "node-llama-cpp";
import { Progress } from "../watch/progress.ts";
import { type CoreCounts, Cores } from "./cores.ts";

export type OpenLlama = {
  readonly llama: Llama;
  readonly cores: Cores;
  /** The progress of all its models. */
  readonly progress: Progress;
};

/**
 * Loads llama.cpp, which happens with the first model: until then the process is small and starts
 * quickly. `onError` gets the errors that llama.cpp would otherwise print.
 */
export async function openLlama(
  counts: CoreCounts,
  onError: (text: string) => void = () => {},
  progress = new Progress(),
): Promise<OpenLlama> {
  const { LlamaLogLevel, getLlama } = await import("node-llama-cpp");
  const llama = await getLlama({
    build: "never",
    gpu: hasGpuBinary() ? "auto" : false,
    maxThreads: counts.most,
    logLevel: LlamaLogLevel.error,
    logger: (_, text) => onError(text.trim()),
    progressLogs: false,
  });
  return { llama, cores: new Cores(llama, counts), progress };
}

/**
 * Whether a llama.cpp for a GPU is installed. Apple's comes with the plain package. The others are
 * packages of their own, and an empty package may stand in their place.
 */
export function hasGpuBinary(
  { platform, arch }: { platform: string; arch: string } = process,
  folderOf: (name: string) => string | undefined = packageFolder,
): boolean {
  if (platform === "darwin") return arch === "arm64";
  const system = { linux: `linux-${arch}`, win32: `win-${arch}` }[platform] ?? "";
  return ["cuda", "vulkan"].some((kind) => {
    const folder = folderOf(`@node-llama-cpp/${system}-${kind}`);
    return folder !== undefined && existsSync(join(folder, "bins"));
  });
}

/** The folder of an installed package, found by the rule of all runtimes. */
function packageFolder(name: string): string | undefined {
  for (let folder = import.meta.dirname; dirname(folder) !== folder; folder = dirname(folder)) {
    const place = join(folder, "node_modules", name);
    if (existsSync(place)) return place;
  }
  return undefined;
}
