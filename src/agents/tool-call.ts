import { createHash } from "node:crypto";
import { isObject } from "../runtime/is-object.ts";
import { JsonExcessError, parseFlatJson } from "../runtime/parse-json.ts";
import { cut } from "../runtime/text-limits.ts";

/** A call as a model has made it. */
export interface ModelCall {
  readonly id: string;
  readonly name: string;
  /** As text. */
  readonly args: string;
  /** The same as an object; undefined where they are none. */
  readonly parsed: Readonly<Record<string, unknown>> | undefined;
}

/** What a model may call a tool. */
const LONGEST_NAME = 128;

/** The calls of one of Ollama's lines. */
export function callsOf(line: Record<string, unknown>): ModelCall[] {
  const { message } = line;
  if (!isObject(message) || !Array.isArray(message["tool_calls"])) return [];
  return (message["tool_calls"] as unknown[]).map(readCall);
}

function readCall(call: unknown): ModelCall {
  const { id, function: called } = isObject(call) ? call : {};
  const { name, arguments: given } = isObject(called) ? called : {};
  const args = typeof given === "string" ? given : JSON.stringify(given ?? {});
  return {
    id: typeof id === "string" && id !== "" ? cut(id, LONGEST_NAME) : newCallId(),
    name: typeof name === "string" ? cut(name, LONGEST_NAME) : "",
    args,
    parsed: isObject(given) ? given : parsedObject(args === "" ? "{}" : args),
  };
}

/** What tells a call from others: its tool, and its arguments in whatever order. */
export function callKey({ name, args, parsed }: ModelCall): string {
  return digest(`${name}\n${parsed ? canonical(parsed) : args}`);
}

/** A SHA-256 in hexadecimal. */
export function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** JSON whose fields stand in one order. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    isObject(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

function parsedObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = parseFlatJson(text);
    return isObject(value) ? value : undefined;
  } catch (err) {
    if (err instanceof SyntaxError || err instanceof JsonExcessError) return undefined;
    throw err;
  }
}

function newCallId(): string {
  return `call_${crypto.randomUUID().replaceAll("-", "").slice(0, 16)}`;
}
