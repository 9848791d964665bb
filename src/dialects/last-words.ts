import { type Dialect, renderError } from "../errors/render.ts";
import { jsonLine } from "../runtime/json-line.ts";

/** Where the error stands in a stream. */
interface StreamForm {
  contentType: string;
  dialect: Dialect;
  requestId: string;
}

/** An error as the last part of a stream of Ollama's, OpenAI's or Anthropic's dialect. */
export function errorPart(err: unknown, { contentType, dialect, requestId }: StreamForm): string {
  const json = jsonLine(renderError(err, dialect, requestId).body);
  if (!isEvents(contentType)) return `${json}\n`;
  // Anthropic's clients go by the name.
  const name = dialect === "anthropic" ? "event: error\n" : "";
  return `${name}data: ${json}\n\n`;
}

/**
 * Whether a further part can follow what has been sent of a stream: where a part is open, it would
 * be read as the rest of that.
 * @param sent the last characters; empty before the first.
 */
export function canFollow(sent: string, contentType: string): boolean {
  if (sent === "") return true;
  if (isEvents(contentType)) return /(?:\n|\r\n)\r?\n$/.test(sent);
  return contentType.startsWith("application/x-ndjson") && sent.endsWith("\n");
}

function isEvents(contentType: string): boolean {
  return contentType.startsWith("text/event-stream");
}
