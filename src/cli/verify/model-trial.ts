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

/**
 * Has a model write a few words, or turn some into a vector where it does only that.
 * @param name undefined: the one that answers who names none.
 */
export async function tryModel(cli: Cli, name: string | undefined): Promise<ModelTrial> {
  const from = performance.now();
  try {
    const answeredBy =
      name !== undefined && (await onlyEmbeds(cli, name))
        ? await embed(cli, name)
        : await write(cli, name);
    const took_ms = Math.round(performance.now() - from);
    return { name: name ?? answeredBy, state: "answered", took_ms, error: null };
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning || cli.signal.aborted) throw err;
    return {
      name: name ?? "the default model",
      state: "failed",
      took_ms: null,
      error: err.message,
    };
  }
}

async function onlyEmbeds({ api, signal }: Cli, name: string): Promise<boolean> {
  const params = { path: { name } };
  const shown = await answered(api.GET("/api/v1/models/{name}/show", { params, signal }));
  const able: readonly string[] = shown.capabilities ?? [];
  return able.includes("embedding") && !able.includes("completion");
}

async function embed({ api, signal }: Cli, name: string): Promise<string> {
  await answered(
    api.POST("/api/v1/embeddings", { body: { model: name, prompt: "A test." }, signal }),
  );
  return name;
}

/** @returns the model that has answered. */
async function write({ api, signal }: Cli, name: string | undefined): Promise<string> {
  const model = name === undefined ? {} : { model: name };
  const body = { ...model, prompt: "Say hello.", max_tokens: TOKENS, stream: false };
  const answer = await answered(api.POST("/api/v1/generate", { body, signal }));
  if (typeof answer === "string") throw new CliError("It has answered with a stream");
  // One that thinks may have got no further than that, and has written all the same.
  if (answer.generation_eval_count === 0) throw new CliError("It has written nothing");
  return answer.model;
}
