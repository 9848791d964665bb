import type { components } from "../api-types.d.ts";

type Schemas = components["schemas"];

/** What `status --json` writes. */
export interface Status {
  url: string;
  health: Schemas["Health"];
  queue: Schemas["Queue"];
  /** Null where the inference server is away. */
  memory: Schemas["Memory"] | null;
}
