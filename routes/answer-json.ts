import type { AppContext } from "../middleware/env.ts";
import { jsonLine } from "../src/runtime/json-line.ts";

/** Answers with JSON, and tells the request's record how long the answer is. */
export function answerJson(
  c: AppContext,
  value: unknown,
  status: number = 200,
  headers: Record<string, string> = {},
): Response {
  return answerText(c, jsonLine(value), status, headers);
}

/** The same with what is JSON already. */
export function answerText(
  c: AppContext,
  text: string,
  status: number = 200,
  headers: Record<string, string> = {},
): Response {
  c.get("record").bytes = Buffer.byteLength(text);
  return c.body(text, status as 200, { "Content-Type": "application/json", ...headers });
}
