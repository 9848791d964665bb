import type { AppContext } from "../middleware/env.ts";

/**
 * Says in the answer's head how long the model's load was waited for; nothing where no model was
 * asked. On /api and /v1, whose answers stay as they are, Server-Timing says it.
 */
export function tellOfLoad(c: AppContext): void {
  const { loadMs } = c.get("record").call;
  if (loadMs === undefined) return;
  c.get("addedHeaders").push("X-Shared-Ollama-Load-Ms", String(Math.round(loadMs)));
}
