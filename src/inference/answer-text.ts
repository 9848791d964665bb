import type { OllamaAnswer } from "./answers.ts";

/** The text of an answer or of one of its lines, from generate or chat; empty where there is none. */
export function textOf(line: OllamaAnswer): string {
  if (typeof line["response"] === "string") return line["response"];
  const { message } = line;
  if (typeof message === "object" && message !== null && "content" in message) {
    return typeof message.content === "string" ? message.content : "";
  }
  return "";
}
