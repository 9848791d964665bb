import type { Services } from "../services.ts";

/** What every route gets. */
export type RouteContext = {
  readonly services: Services;
  /** Told of every error; those that are no `EngineError` are faults of the engine. */
  readonly onError: (err: unknown) => void;
};
