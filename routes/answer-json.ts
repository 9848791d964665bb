import type { AppContext } from "../middleware/env.ts";
import { jsonLine } from "../src/runtime/json-line.ts";

/** Answers with JSON, and tells the request's record how long the answer is. */
export function answerJson(
  c: AppContext,
  value: unknown,
  status: number = 200,
  headers: Record<string, string> = {},
): Response {
  const text = jsonLine(value);
  c.get("record").bytes = Buffer.byteLength(text);
  return c.body(text, status as 200, { "Content-Type": "application/json", ...headers });
}
