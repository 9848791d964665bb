import { fileURLToPath } from "node:url";
import { Program } from "./program.mjs";

const FILE = fileURLToPath(new URL("../../tests/fake-ollama/main.mjs", import.meta.url));

/**
 * Starts the fake Ollama of the tests as a program of its own.
 * @param {Record<string, string | number>} options as on its command line
 */
export function startFakeOllama(options) {
  const args = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  return new Program(process.execPath, [FILE, ...args]);
}
