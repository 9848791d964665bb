import type { AppContext } from "../middleware/env.ts";

/**
 * Says in the answer's head which context was asked for and which one is used. Of an answer that
 * was kept nothing is said: no model has run for it.
 */
export function tellOfContext(c: AppContext): void {
  const { context } = c.get("record").call;
  if (!context) return;
  const { asked, used } = context;
  c.get("addedHeaders").push("X-Shared-Ollama-Num-Ctx", `asked=${asked}, used=${used}`);
}
