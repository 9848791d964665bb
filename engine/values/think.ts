import { EngineError } from "../errors.ts";

const LEVELS = ["high", "medium", "low"];

/** `think` of a request: on, off, a level, or not given. */
export type Think = boolean | "high" | "medium" | "low" | undefined;

/**
 * Reads `think`.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function decodeThink(value: unknown): Think {
  if (value === undefined || value === null || typeof value === "boolean")
    return value ?? undefined;
  const accepted = 'must be "high", "medium", "low", true, or false';
  if (typeof value !== "string") {
    throw new EngineError(
      400,
      `think must be a boolean or string ("high", "medium", "low", true, or false)`,
    );
  }
  if (!LEVELS.includes(value)) {
    throw new EngineError(400, `invalid think value: ${JSON.stringify(value)} (${accepted})`);
  }
  return value as Think;
}

/**
 * Refuses thinking the way Ollama does: none of the engine's models can. `levelFirst` is generate's
 * order of checks; chat checks the capability first.
 * @throws {EngineError} 400.
 */
export function refuseThinking(
  think: Think,
  model: string,
  { levelFirst }: { levelFirst: boolean },
) {
  if (think === undefined || think === false) return;
  if (levelFirst && typeof think === "string") {
    throw new EngineError(
      400,
      `think value ${JSON.stringify(think)} is not supported for this model`,
    );
  }
  throw new EngineError(400, `${JSON.stringify(model)} does not support thinking`);
}
