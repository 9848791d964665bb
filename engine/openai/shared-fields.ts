import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import type { RawOptions } from "../values/options.ts";
import type { Think } from "../values/think.ts";

const EFFORTS = new Set(["high", "medium", "low"]);

/** The sampling fields, as native options. Temperature and top_p default to 1 here. */
export function samplingOptions(fields: Fields, stop: readonly string[]): RawOptions {
  return {
    num_predict: fields.integer("max_tokens"),
    seed: fields.integer("seed"),
    temperature: fields.float("temperature") ?? 1,
    top_p: fields.float("top_p") ?? 1,
    frequency_penalty: fields.float("frequency_penalty") ?? 0,
    presence_penalty: fields.float("presence_penalty") ?? 0,
    ...(stop.length > 0 && { stop }),
  };
}

/** `reasoning_effort` or `reasoning.effort`. */
export function reasoning(fields: Fields): Think {
  const nested = fields.object("reasoning", "openai.Reasoning")?.string("effort");
  const effort = nested || fields.string("reasoning_effort") || undefined;
  if (effort === undefined) return undefined;
  if (effort === "none") return false;
  if (EFFORTS.has(effort)) return effort as Think;
  const accepted = 'must be "high", "medium", "low", or "none"';
  throw new EngineError(400, `invalid reasoning value: '${effort}' (${accepted})`);
}

export function wantsUsage(fields: Fields): boolean {
  return fields.object("stream_options", "openai.StreamOptions")?.boolean("include_usage") ?? false;
}

/** Ollama's kind of id: a short random number behind the prefix. */
export function answerId(prefix: string): string {
  return `${prefix}-${Math.floor(Math.random() * 999)}`;
}

export function unixSeconds(): number {
  return Math.floor(Date.now() / 1_000);
}
