import { INSTALL_OLLAMA, unsupported } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import { checkBase64 } from "../values/base64.ts";
import { decodeKeepAlive } from "../values/keep-alive.ts";
import { LIMITS } from "../values/limits.ts";
import { decodeLogprobs } from "../values/logprobs.ts";
import { decodeThink } from "../values/think.ts";

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
    logprobs: decodeLogprobs(fields.boolean("logprobs"), fields.integer("top_logprobs")),
  };
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

/** `stream`; true by default. */
export function wantsStream(fields: Fields): boolean {
  return fields.boolean("stream") ?? true;
}

/** The model's name, from its new or its old field. */
export function modelField(fields: Fields): string {
  return fields.modelName("model") || (fields.modelName("name") ?? "");
}
