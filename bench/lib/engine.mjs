import { existsSync } from "node:fs";
import { join } from "node:path";
import { Program } from "./program.mjs";
import { projectRoot } from "./service.mjs";

const onBun = process.versions.bun !== undefined;

/** The store whose text model is measured. */
export const modelsFolder = process.env.OLLAMA_MODELS ?? join(projectRoot, "models");
export const TEXT_MODEL = "smollm2:135m";

/** The weights of the text model, where the store has them. */
export const WEIGHTS = join(
  modelsFolder,
  "blobs/sha256-b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
);

/** @throws Error where the store has no text model. */
export function requireTextModel() {
  if (existsSync(WEIGHTS)) return;
  throw new Error(`${TEXT_MODEL} is not in ${modelsFolder}: pull it first`);
}

/**
 * Starts the embedded engine and waits until it answers.
 * @param {Record<string, string>} [settings]
 */
export async function startEngine(settings = {}) {
  requireTextModel();
  const entry = join(projectRoot, onBun ? "engine/main.ts" : "dist/engine/main.js");
  const startedAt = performance.now();
  const program = new Program(process.execPath, [process.env.BENCH_ENGINE_ENTRY ?? entry], {
    OLLAMA_HOST: "127.0.0.1:0",
    // As the service starts it.
    MALLOC_ARENA_MAX: "1",
    OLLAMA_MODELS: modelsFolder,
    ENGINE_EMBEDDING_MODEL_FILE: join(projectRoot, "models/all-minilm-l6-v2-q8_0.gguf"),
    ...settings,
  });
  const url = await program.until(
    () => /"url":"(http:[^"]+)"/.exec(program.stdout)?.[1],
    "the engine's address",
  );
  await (await fetch(`${url}/api/version`)).text();
  const startMs = performance.now() - startedAt;
  return { url, startMs, pid: program.pid, stop: () => program.stop() };
}

/**
 * The answer of a model, all lines of it.
 * @param {string} url
 * @param {object} body
 */
export async function generate(url, body) {
  const answer = await fetch(`${url}/api/generate`, { method: "POST", body: JSON.stringify(body) });
  const lines = [];
  let rest = "";
  for await (const piece of answer.body.pipeThrough(new TextDecoderStream())) {
    const parts = (rest + piece).split("\n");
    rest = parts.pop() ?? "";
    for (const part of parts) lines.push({ at: performance.now(), ...JSON.parse(part) });
  }
  const last = lines.at(-1);
  if (!last?.done) throw new Error(`no whole answer: ${JSON.stringify(last)}`);
  return { lines, last };
}
