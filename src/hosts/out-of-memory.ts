import { ServiceError } from "../errors/service-error.ts";

/**
 * How a server says that a model did not fit: Ollama and the embedded engine of a load that was
 * never begun ("model requires more system memory (9.1 GiB) than is available"), llama.cpp and its
 * back ends of one that broke off ("cudaMalloc failed: out of memory", "unable to allocate CUDA0
 * buffer", "Insufficient Memory" on Metal).
 */
const WORDS =
  /requires more (?:\w+ )?memory|out ?of ?(?:device )?memory|(?:insufficient|not enough) memory|cudaMalloc|(?:unable|failed) to allocate|cannot be allocated/i;

/** Whether a load has failed because memory was short, by the server's own words. */
export function isOutOfMemory(err: unknown): boolean {
  return err instanceof ServiceError && WORDS.test(err.message);
}
