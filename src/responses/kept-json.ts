import type { ResponseObject } from "../dialects/responses/response-object.ts";
import type { OutputItem } from "../dialects/responses/output-items.ts";
import { bufferOf } from "../runtime/buffer-of.ts";
import type { ResponseTurn } from "./response-memory.ts";

/**
 * A response as it is kept. Its output stands by itself: it is all that later requests read of it,
 * and the rest may be a megabyte of tools.
 */
export function keptResponse({
  output,
  ...rest
}: ResponseObject): Pick<ResponseTurn, "response" | "output"> {
  return { response: jsonBytes(rest), output: jsonBytes(output) };
}

/** A kept response as its client has had it. */
export function shownResponse(turn: Pick<ResponseTurn, "response" | "output">): object {
  return { ...(parsed(turn.response) as object), output: outputOf(turn) };
}

/** What a kept response consists of. */
export function outputOf({ output }: Pick<ResponseTurn, "output">): OutputItem[] {
  return parsed(output) as OutputItem[];
}

export function jsonBytes(value: unknown): Uint8Array {
  return Buffer.from(JSON.stringify(value));
}

/** What this service has written itself. */
export function parsed(json: Uint8Array): unknown {
  return JSON.parse(bufferOf(json).toString());
}
