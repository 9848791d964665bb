import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { createEngine } from "../../engine/engine.ts";
import { FifoPool } from "../../engine/runner/fifo-pool.ts";
import type { CompletionRequest } from "../../engine/runner/completion.ts";
import type { ModelRunner } from "../../engine/runner/model-runner.ts";
import { readSettings } from "../../engine/settings.ts";
import { until } from "./deadline.ts";
import { ggufFile } from "./gguf-files.ts";
import { storeModel } from "./stored-model.ts";

/** Where a fake model may fail, in the order an answer comes by. */
export const STEPS = [
  "load",
  "contextLength",
  "marks",
  "tokenize",
  "first piece",
  "second piece",
  "embed",
] as const;
export type Step = (typeof STEPS)[number];

/** What a fake model does next; a test changes it. */
export type Behaviour = {
  throwsAt: Step | undefined;
  /** Neither decodes nor minds that its client has gone. */
  hangsAt: Step | undefined;
  /** Pieces of an answer, and how long each of them is. */
  pieces: number;
  pieceChars: number;
};

export const MODEL = "fake";
const SLOTS = 1;

/**
 * The whole engine over a model that computes nothing and fails when told to; ends with the test.
 * What is real here is the server: where only something like Ollama is needed, the fake Ollama is.
 */
export async function startFakeEngine(environment: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "fake-engine-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const weights = join(folder, "weights.gguf");
  await writeFile(weights, ggufFile());
  const template = "<|im_start|>{{ .Prompt }}<|im_end|>";
  await storeModel(folder, { name: MODEL, weights, template });
  const behaviour: Behaviour = {
    throwsAt: undefined,
    hangsAt: undefined,
    pieces: 2,
    pieceChars: 3,
  };
  const events: { event: string; [field: string]: unknown }[] = [];
  const warnings: string[] = [];
  const stuck: string[] = [];
  const engine = createEngine({
    settings: readSettings({
      OLLAMA_HOST: "127.0.0.1:0",
      OLLAMA_MODELS: folder,
      ...environment,
    }),
    environment: {},
    emit: (event, fields = {}) => void events.push({ event, ...fields }),
    warn: (message) => void warnings.push(message),
    onStuck: (reason) => void stuck.push(reason),
    load: async ({ contextLength }) => {
      await pass(behaviour, "load");
      return fakeRunner(behaviour, contextLength);
    },
  });
  const url = await engine.start();
  onTestFinished(() => engine.stop());
  const get = async (path: string) => fetch(`${url}${path}`);
  const loaded = async () =>
    ((await (await get("/api/ps")).json()) as { models: object[] }).models.length;
  return {
    url,
    behaviour,
    events,
    warnings,
    stuck,
    get,
    post: (path: string, body: unknown, signal?: AbortSignal) =>
      fetch(`${url}${path}`, {
        method: "POST",
        body: typeof body === "string" ? body : JSON.stringify(body),
        ...(signal && { signal }),
      }),
    /** Settles when the model is out of memory, which only happens when nothing holds it. */
    unloaded: () => until(async () => (await loaded()) === 0, "the model is out of memory"),
  };
}

async function pass(behaviour: Behaviour, step: Step): Promise<void> {
  if (behaviour.throwsAt === step) throw new Error(`fault at ${step}`);
  if (behaviour.hangsAt === step) await new Promise(() => {});
}

function fakeRunner(behaviour: Behaviour, contextLength: number): ModelRunner {
  const slots = new FifoPool(Array.from({ length: SLOTS }, (_, index) => ({ index })));
  const orThrow = <T>(step: Step, value: T): T => {
    if (behaviour.throwsAt === step) throw new Error(`fault at ${step}`);
    return value;
  };
  const runner = {
    get contextLength() {
      return orThrow("contextLength", contextLength);
    },
    get marks() {
      return orThrow("marks", { bos: "", eos: "" });
    },
    longestToken: 8,
    firstToken: undefined,
    memory: { total: 1, gpu: 0 },
    tokenize: (text: string) =>
      orThrow(
        "tokenize",
        Array.from(text.slice(0, 8), (_, id) => id),
      ),
    tokensOf: (ids: readonly number[]) => (ids.every((id) => id < 99) ? ids : undefined),
    async *complete({ signal }: CompletionRequest) {
      const slot = await slots.acquire(signal);
      try {
        for (let piece = 0; piece < behaviour.pieces; piece += 1) {
          await pass(behaviour, piece === 0 ? "first piece" : "second piece");
          signal.throwIfAborted();
          yield { text: "x".repeat(behaviour.pieceChars), logprobs: [] };
        }
        const figures = { reused: 0, promptNs: 1, evalCount: 2, evalNs: 1 };
        return { doneReason: "stop", tokens: [], ...figures };
      } finally {
        slots.release(slot);
      }
    },
    async embed({ signal }: { signal: AbortSignal }) {
      const slot = await slots.acquire(signal);
      try {
        await pass(behaviour, "embed");
        return { vector: [3, 4], count: 1 };
      } finally {
        slots.release(slot);
      }
    },
    places: () => [slots.report("a model's sequence")],
    dispose: async () => {},
  };
  return runner as unknown as ModelRunner;
}
