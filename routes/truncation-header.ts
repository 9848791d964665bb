import type { AppContext } from "../middleware/env.ts";
import type { Truncation } from "../src/inference/truncation.ts";

/** Says in the answer's head that what the client sent was cut; nothing where it was not. */
export function tellOfTruncation(c: AppContext, truncated: Truncation | undefined): void {
  if (!truncated) return;
  c.get("addedHeaders").push("X-Shared-Ollama-Truncated", `kept=${truncated.kept ?? "unknown"}`);
}
