import type { ContextLanes } from "../../src/models/lanes/context-lanes.ts";

/** Lanes that nothing follows: each request says by itself what its model is loaded with. */
export const noLanes: Pick<ContextLanes, "answered" | "request"> = {
  answered: () => {},
  request: () => undefined,
};
