import { EngineError } from "../errors.ts";
import { GgufError } from "../models/gguf/cursor.ts";
import { readGguf } from "../models/gguf/header.ts";

/**
 * Checks a weights file before llama.cpp reads it.
 * @throws {EngineError} 500 that says what is wrong with it.
 */
export async function checkWeights(path: string): Promise<void> {
  try {
    await readGguf(path);
  } catch (cause) {
    if (!(cause instanceof GgufError)) throw cause;
    throw new EngineError(500, `unable to load model: ${cause.message}`, { cause });
  }
}
