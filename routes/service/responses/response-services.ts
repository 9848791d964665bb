import type { ResponseMemory } from "../../../src/responses/response-memory.ts";
import type { GenerationServices } from "../services.ts";

/** What the routes of the Responses API work with. */
export interface ResponseServices extends GenerationServices {
  memory: Pick<ResponseMemory, "get" | "set" | "delete">;
}
