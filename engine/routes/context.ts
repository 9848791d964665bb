import type { Services } from "../services.ts";

/** The parts that every route gets. */
export type RouteContext = {
  readonly services: Services;
  /** Called with every error; an error that is no `EngineError` is a fault of the engine. */
  readonly onError: (err: unknown) => void;
};
