import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import type { Message } from "../inference/requests.ts";
import { type Json, isJsonObject } from "../json/go-json.ts";
import { checkBase64 } from "../values/base64.ts";
import { LIMITS, requireAtMost } from "../values/limits.ts";
import { openAiCalls, toolNames } from "./tool-calls.ts";

const DATA_URL = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,/;

/**
 * Messages in the native form. Every part of a content list becomes a message of its own; the last
 * one has the calls.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function nativeMessages(messages: readonly Fields[]): Message[] {
  const parts = messages.reduce((sum, message) => sum + partCount(message), 0);
  requireAtMost(parts, LIMITS.messages, "parts of messages");
  const names = toolNames(messages);
  return messages.flatMap((message) => {
    const role = (message.string("role") ?? "").toLowerCase();
    const content = message.raw("content");
    const toolCallId = message.string("tool_call_id");
    const named = message.string("name") ?? names.get(toolCallId ?? "");
    const toolCalls = openAiCalls(message);
    const extra = { toolCalls, toolCallId, toolName: role === "tool" ? named : undefined };
    if (typeof content === "string") return [{ role, content, imageCount: 0, ...extra }];
    if (Array.isArray(content)) {
      const parts = content.map((part) => nativePart(role, part));
      return parts.map((part, index) =>
        index === parts.length - 1 ? { ...part, ...extra } : part,
      );
    }
    if (content === undefined && toolCalls.length > 0) {
      return [{ role, content: "", imageCount: 0, ...extra }];
    }
    const kind = { undefined: "<nil>", number: "float64", boolean: "bool" }[
      typeof content as string
    ];
    const shown = kind ?? "map[string]interface {}";
    throw new EngineError(400, `invalid message content type: ${shown}`);
  });
}

function partCount(message: Fields): number {
  const content = message.raw("content");
  return Array.isArray(content) ? content.length : 1;
}

function nativePart(role: string, part: Json): Message {
  const invalid = new EngineError(400, "invalid message format");
  if (!isJsonObject(part)) throw invalid;
  const { type, text, image_url: image } = part;
  if (type === "text" && typeof text === "string") return { role, content: text, imageCount: 0 };
  if (type !== "image_url") throw invalid;
  const url = isJsonObject(image) ? image["url"] : image;
  if (typeof url !== "string") throw invalid;
  const head = DATA_URL.exec(url)?.[0];
  if (head === undefined) throw new EngineError(400, "invalid image input");
  try {
    checkBase64(url.slice(head.length));
  } catch (cause) {
    throw new EngineError(400, "invalid image input", { cause });
  }
  return { role, content: "", imageCount: 1 };
}
