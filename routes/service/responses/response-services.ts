import type { ResponseMemory } from "../../../src/responses/response-memory.ts";
import type { RunServices } from "../agents/begin-run.ts";

/** What the routes of the Responses API work with. */
export interface ResponseServices extends RunServices {
  memory: Pick<ResponseMemory, "get" | "set" | "delete">;
}
