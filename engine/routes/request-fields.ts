import { EngineError, INSTALL_OLLAMA, unsupported } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import type { Json } from "../json/go-json.ts";
import { decodeKeepAlive } from "../values/keep-alive.ts";
import { LIMITS, requireAtMost } from "../values/limits.ts";
import { decodeThink } from "../values/think.ts";

const MAX_TOP_LOGPROBS = 20;

/** The fields that generate and chat share. */
export function commonFields(fields: Fields) {
  return {
    model: fields.modelName("model") ?? "",
    keepAliveMs: decodeKeepAlive(fields.raw("keep_alive")),
    options: fields.map("options", LIMITS.options),
    format: fields.raw("format"),
    think: decodeThink(fields.raw("think")),
    truncate: fields.boolean("truncate") ?? true,
    shift: fields.boolean("shift") ?? true,
    logprobs: logprobsField(fields),
  };
}

/**
 * How many alternatives to rate beside each token of the answer; `undefined`: rate no token.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function logprobsField(fields: Fields): number | undefined {
  const wanted = fields.boolean("logprobs") ?? false;
  const top = fields.integer("top_logprobs") ?? 0;
  if (top < 0 || top > MAX_TOP_LOGPROBS) {
    throw new EngineError(400, "top_logprobs must be between 0 and 20");
  }
  return wanted ? top : undefined;
}

/** @throws {EngineError} for what this engine does not do. */
export function refuseExtras(fields: Fields): void {
  if (fields.boolean("_debug_render_only") === true) {
    throw unsupported("_debug_render_only", `leave it out, or ${INSTALL_OLLAMA}`);
  }
}

/**
 * How many images a message carries.
 * @throws {EngineError} 400 with Go's text for what is no base64.
 */
export function imageCount(fields: Fields): number {
  const images = fields.strings("images", LIMITS.images) ?? [];
  for (const image of images) checkBase64(image);
  return images.length;
}

/** @throws {EngineError} 400 with Go's text. */
export function checkBase64(text: string): void {
  const bare = text.replace(/[\r\n]/g, "");
  const wrong = bare.search(/[^A-Za-z0-9+/]/);
  const end = wrong < 0 ? bare.length : wrong;
  const padding = bare.slice(end);
  const missing = (4 - (end % 4)) % 4;
  if (missing < 3 && padding === "=".repeat(missing)) return;
  throw new EngineError(400, `illegal base64 data at input byte ${end}`);
}

/** `stream`; true by default. */
export function wantsStream(fields: Fields): boolean {
  return fields.boolean("stream") ?? true;
}

/** The model's name, from its new or its old field. */
export function modelField(fields: Fields): string {
  return fields.modelName("model") || (fields.modelName("name") ?? "");
}

/** `input` of embed: a text, a list of texts, or nothing. */
export function embedInput(value: Json | undefined): string[] {
  if (value === undefined || value === "") return [];
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) requireAtMost(value.length, LIMITS.messages, "texts");
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string")) {
    throw new EngineError(400, "invalid input type");
  }
  return value;
}
