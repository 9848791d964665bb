import { failureOf } from "../hosts/upstream-failure.ts";
import type { UpstreamAnswer } from "../http/transport.ts";
import type { CallRecord } from "./call-record.ts";
import type { Turn } from "./turn.ts";
import { usageOf } from "./usage.ts";

/** What is told of a prompt that was cut. */
export interface Truncation {
  /** Tokens of it that the model has read; null where the server does not count them. */
  kept: number | null;
}

/** A call whose prompt is cut only where it does not fit. */
interface TextCall {
  path: string;
  /** As `uncutBody` begins it. */
  body: string | Uint8Array;
  /** Whether the client takes an answer to a prompt that was cut. */
  mayTruncate: boolean;
}

/** It stands first, so that the body of a second call is the same behind it. */
const UNCUT = '{"truncate":false,';
const CUT = '{"truncate":true,';

/** A body in Ollama's dialect with which a prompt that does not fit is refused. */
export function uncutBody(fields: Record<string, unknown> & { model: string }): string {
  return UNCUT + JSON.stringify(fields).slice(1);
}

/**
 * Calls the server, which is to refuse a prompt that does not fit. Then the same call goes out once
 * more with truncation, in the same turn, and the record has it. Ollama before 0.12.6 does not know
 * the field on these paths, and cuts without a word.
 * @returns the answer; a refusal of a prompt that could not be cut is one, too.
 * @throws ServiceError what else the server refused, also `prompt_too_large` where the prompt may
 * not be cut; as `Turn.call`.
 */
export async function callUncut(
  turn: Turn,
  { path, body, mayTruncate }: TextCall,
): Promise<UpstreamAnswer> {
  const answer = await turn.call(path, body);
  if (answer.status === 200) return answer;
  const failure = await turn.during("refusal", failureOf(answer));
  if (failure.code !== "prompt_too_large" || !mayTruncate) throw turn.fail(failure);
  turn.signal.throwIfAborted();
  turn.record.isPromptCut = true;
  return turn.call(path, withTruncation(body));
}

/** Tells of a cut prompt in the answer to it: in the whole, or in a stream's last line. */
export function tellOfTruncation(
  { isPromptCut }: Pick<CallRecord, "isPromptCut">,
  answer: Record<string, unknown>,
): void {
  if (!isPromptCut) return;
  const truncated: Truncation = { kept: usageOf(answer).inputTokens ?? null };
  answer["truncated"] = truncated;
}

/** What an answer tells of its prompt, as a field to be shown; none where nothing was cut. */
export function truncatedField(answer: Record<string, unknown>): { truncated?: Truncation } {
  const { truncated } = answer;
  const isTold = typeof truncated === "object" && truncated !== null && "kept" in truncated;
  return isTold ? { truncated: truncated as Truncation } : {};
}

function withTruncation(body: string | Uint8Array): string | Uint8Array {
  if (typeof body === "string") return CUT + body.slice(UNCUT.length);
  return Buffer.concat([Buffer.from(CUT), body.subarray(UNCUT.length)]);
}
