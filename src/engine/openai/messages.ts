import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import type { Json } from "../http/go-json.ts";
import type { Message } from "../inference/requests.ts";
import { checkBase64 } from "../routes/request-fields.ts";

const DATA_URL = /^data:(?:image\/(?:jpeg|jpg|png|webp))?;base64,/;

/**
 * Messages in the native shape: every part of a content list becomes a message of its own.
 * @throws {EngineError} 400 with Ollama's text.
 */
export function nativeMessages(messages: readonly Fields[]): Message[] {
  return messages.flatMap((message) => {
    const role = (message.string("role") ?? "").toLowerCase();
    const content = message.raw("content");
    if (typeof content === "string") return [{ role, content, imageCount: 0 }];
    if (Array.isArray(content)) return content.map((part) => nativePart(role, part));
    const calls = message.list("tool_calls", "[]openai.ToolCall") ?? [];
    if (content === undefined && calls.length > 0) return [{ role, content: "", imageCount: 0 }];
    const kind = { undefined: "<nil>", number: "float64", boolean: "bool" }[
      typeof content as string
    ];
    const shown = kind ?? "map[string]interface {}";
    throw new EngineError(400, `invalid message content type: ${shown}`);
  });
}

function nativePart(role: string, part: Json): Message {
  const invalid = new EngineError(400, "invalid message format");
  if (typeof part !== "object" || part === null || Array.isArray(part)) throw invalid;
  const { type, text, image_url: image } = part;
  if (type === "text" && typeof text === "string") return { role, content: text, imageCount: 0 };
  if (type !== "image_url") throw invalid;
  const url =
    typeof image === "object" && image !== null && !Array.isArray(image) ? image["url"] : image;
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
