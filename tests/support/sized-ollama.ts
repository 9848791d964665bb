import type { FakeOptions } from "../fake-ollama/server.mjs";
import { startFakeOllama, type FakeOllama } from "./fake-ollama.ts";

export const GB = 2 ** 30;

/** Eight of these take 1 GB: 2 × 128 numbers of two bytes for 8 heads in 32 layers. */
export const CONTEXT_BYTES = 131_072;

const USUAL_CONTEXT = 4096;

const LLAMA = {
  "general.architecture": "llama",
  "llama.block_count": 32,
  "llama.embedding_length": 4096,
  "llama.attention.head_count": 32,
  "llama.attention.head_count_kv": 8,
  "llama.context_length": 1_048_576,
};

/** A model's size on the disk, in GB, and what is told of it; undefined: an architecture nobody knows. */
interface SizedModel {
  gb: number;
  info?: object | undefined;
}

/**
 * A fake whose models have sizes: they are listed with that of their files, and in memory take what
 * their context takes beside it.
 */
export async function startSizedOllama(
  sizes: Record<string, SizedModel>,
  options: FakeOptions = {},
): Promise<FakeOllama> {
  const fake = await startFakeOllama({ models: Object.keys(sizes), capacity: 10, ...options });
  const sized = (name: string) => ({
    name,
    model: name,
    digest: `of ${name}`,
    modified_at: "2026-01-01T00:00:00Z",
    details: { family: "llama" },
    size: (sizes[name]?.gb ?? 0) * GB,
  });
  const send = (body: object) => JSON.stringify(body);
  fake.script("/api/tags", (_request, response) => {
    response.end(send({ models: [...fake.installed].map(sized) }));
  });
  fake.script("/api/show", ({ body }, response) => {
    const { model } = JSON.parse(body.toString()) as { model: string };
    const { info = {} } = sizes[model] ?? {};
    response.end(send({ model_info: info, capabilities: ["completion"] }));
  });
  fake.script("/api/ps", (_request, response) => {
    const models = fake.inMemory.map((name) => {
      const context = lastContext(fake, name);
      const size = sized(name).size + context * CONTEXT_BYTES;
      const expires_at = "2099-01-01T00:00:00Z";
      return { ...sized(name), size, size_vram: 0, context_length: context, expires_at };
    });
    response.end(send({ models }));
  });
  return fake;
}

/** A model of the usual kind, with so many GB of files. */
export const llama = (gb: number): SizedModel => ({ gb, info: LLAMA });

/** The context that a model was last asked for with. */
function lastContext(fake: FakeOllama, name: string): number {
  const asked = fake.received.flatMap(({ method, body }) =>
    method === "POST" ? [JSON.parse(body.toString()) as Asked] : [],
  );
  const last = asked.findLast(({ model }) => name === model || name === `${model}:latest`);
  return last?.options?.num_ctx ?? USUAL_CONTEXT;
}

interface Asked {
  model?: string;
  options?: { num_ctx?: number };
}
