import type { CallToolResult } from "@modelcontextprotocol/client";
import type { McpOutcome } from "./mcp-tools.ts";

type Content = CallToolResult["content"][number];

/** Names and addresses in a line that says what was left out. */
const NAME_CHARS = 200;

/**
 * A tool's result as text. Of images, sounds and files a line says what they are: a model that reads
 * text can do nothing with their bytes.
 * @param maxBytes of text; what is more is cut off, between two characters.
 */
export function toolOutput(result: CallToolResult, maxBytes: number): McpOutcome {
  const { content, structuredContent, isError = false } = result;
  const parts = content.map(textOf);
  // Servers should say the same in words. One that does not has nothing else to say.
  if (parts.length === 0 && structuredContent !== undefined) parts.push(asJson(structuredContent));
  return { isError, ...withinBytes(parts.join("\n"), maxBytes) };
}

/** A text of at most so many bytes. @returns it, and how many were cut off. */
export function withinBytes(text: string, maxBytes: number): Pick<McpOutcome, "text" | "cutBytes"> {
  // Three bytes is the most that a unit of a text takes.
  if (text.length * 3 <= maxBytes) return { text, cutBytes: 0 };
  const bytes = Buffer.from(text);
  if (bytes.length <= maxBytes) return { text, cutBytes: 0 };
  let end = maxBytes;
  // Not between the bytes of one character.
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return { text: bytes.toString("utf8", 0, end), cutBytes: bytes.length - end };
}

function textOf(content: Content): string {
  switch (content.type) {
    case "text":
      return content.text;
    case "image":
      return `[image, ${name(content.mimeType)}, ${sizeOf(content.data)} bytes: not shown]`;
    case "audio":
      return `[audio, ${name(content.mimeType)}, ${sizeOf(content.data)} bytes: not shown]`;
    case "resource_link":
      return `[link to a resource: ${name(content.name)}, ${name(content.uri)}${
        content.size === undefined ? "" : `, ${content.size} bytes`
      }]`;
    case "resource": {
      const { resource } = content;
      const about = `resource ${name(resource.uri)}, ${name(resource.mimeType ?? "unknown type")}`;
      if ("text" in resource) {
        return `[${about}, ${Buffer.byteLength(resource.text)} bytes]\n${resource.text}`;
      }
      return `[${about}, ${sizeOf(resource.blob)} bytes: not shown]`;
    }
    default:
      return "[content of an unknown kind: not shown]";
  }
}

function name(text: string): string {
  return text.length <= NAME_CHARS ? text : `${text.slice(0, NAME_CHARS)}…`;
}

/** Bytes that a base64 text stands for. */
function sizeOf(base64: string): number {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  return Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
}

/** What can be nested too deep for that is left out. */
function asJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "";
  } catch {
    return "[structured content that cannot be shown]";
  }
}
