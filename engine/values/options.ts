import { EngineError } from "../errors.ts";
import { LIMITS, requireAtMost } from "./limits.ts";

/** The options of a request with defaults filled in; names and meanings are Ollama's. */
export type ModelOptions = {
  readonly num_ctx: number;
  readonly num_predict: number;
  readonly num_keep: number;
  readonly seed: number;
  readonly temperature: number;
  readonly top_k: number;
  readonly top_p: number;
  readonly min_p: number;
  readonly repeat_last_n: number;
  readonly repeat_penalty: number;
  readonly presence_penalty: number;
  readonly frequency_penalty: number;
  readonly stop: readonly string[];
};

/** Option values as they stand in a request or in a model's parameters. */
export type RawOptions = Readonly<Record<string, unknown>>;

const INTEGERS = ["num_ctx", "num_predict", "num_keep", "seed", "top_k", "repeat_last_n"] as const;
const FLOATS = [
  "temperature",
  "top_p",
  "min_p",
  "repeat_penalty",
  "presence_penalty",
  "frequency_penalty",
] as const;
/** Options of Ollama without effect here. Their type is checked as Ollama checks it. */
const UNUSED_INTEGERS = ["num_batch", "num_gpu", "main_gpu", "num_thread"];
const UNUSED_FLOATS = ["typical_p"];

const DEFAULTS = {
  num_predict: -1,
  num_keep: 4,
  seed: -1,
  temperature: 0.8,
  top_k: 40,
  top_p: 0.9,
  min_p: 0,
  repeat_last_n: 64,
  repeat_penalty: 1.1,
  presence_penalty: 0,
  frequency_penalty: 0,
};

const MIN_CONTEXT = 4;

/**
 * Options by precedence: request, then the model's parameters, then defaults.
 * @throws {EngineError} 500 with Ollama's text for a value of a wrong type.
 */
export function resolveOptions(
  request: RawOptions,
  parameters: RawOptions,
  contextLength: number,
): ModelOptions {
  const figures: Record<string, number> = { ...DEFAULTS, num_ctx: contextLength };
  let stop: readonly string[] = [];
  for (const layer of [parameters, request]) {
    for (const [name, value] of Object.entries(layer)) {
      if (value === null || value === undefined) continue;
      const figure = readFigure(name, value);
      if (figure !== undefined) figures[name] = figure;
      if (name === "stop") stop = readStop(value);
    }
  }
  const num_ctx = Math.max(MIN_CONTEXT, figures["num_ctx"] ?? contextLength);
  return { ...(figures as Omit<ModelOptions, "stop">), num_ctx, stop };
}

function readFigure(name: string, value: unknown): number | undefined {
  if (contains(INTEGERS, name) || contains(UNUSED_INTEGERS, name)) {
    if (typeof value !== "number") throw wrongType(name, "integer");
    return Math.trunc(value);
  }
  if (contains(FLOATS, name) || contains(UNUSED_FLOATS, name)) {
    if (typeof value !== "number") throw wrongType(name, "float32");
    return value;
  }
  if (name === "use_mmap" && typeof value !== "boolean") throw wrongType(name, "boolean");
  return undefined;
}

function readStop(value: unknown): readonly string[] {
  if (!Array.isArray(value)) throw wrongType("stop", "array");
  requireAtMost(value.length, LIMITS.stops, "stop sequences");
  if (!value.every((item) => typeof item === "string")) {
    throw new EngineError(500, `option "stop" must be of an array of strings`);
  }
  return value;
}

const contains = (names: readonly string[], name: string): boolean => names.includes(name);

const wrongType = (name: string, type: string): EngineError =>
  new EngineError(500, `option ${JSON.stringify(name)} must be of type ${type}`);
