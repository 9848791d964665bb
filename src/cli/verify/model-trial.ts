import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";

/** How a model has done when it was tried. */
export interface ModelTrial {
  name: string;
  state: "answered" | "missing" | "failed";
  /** Milliseconds of the whole request, a load included; null where nothing was asked. */
  took_ms: number | null;
  /** What went wrong; null where nothing did. */
  error: string | null;
}

/** Enough to see that it writes, and not long on a slow machine. */
const TOKENS = 8;

/** Has a model write a few words, or turn some into a vector where it does only that. */
export async function tryModel(cli: Cli, name: string): Promise<ModelTrial> {
  const { api, signal } = cli;
  const from = performance.now();
  try {
    const path = { name };
    const shown = await answered(
      api.GET("/api/v1/models/{name}/show", { params: { path }, signal }),
    );
    const able: readonly string[] = shown.capabilities ?? [];
    if (able.includes("embedding") && !able.includes("completion")) {
      const body = { model: name, prompt: "A test." };
      await answered(api.POST("/api/v1/embeddings", { body, signal }));
    } else {
      const body = { model: name, prompt: "Say hello.", max_tokens: TOKENS, stream: false };
      const answer = await answered(api.POST("/api/v1/generate", { body, signal }));
      // One that thinks may have got no further than that.
      if (typeof answer !== "string" && answer.generation_eval_count === 0)
        throw new CliError("It has written nothing");
    }
    const took_ms = Math.round(performance.now() - from);
    return { name, state: "answered", took_ms, error: null };
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning || signal.aborted) throw err;
    return { name, state: "failed", took_ms: null, error: err.message };
  }
}
