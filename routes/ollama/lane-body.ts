import type { AppContext } from "../../middleware/env.ts";
import type { BodyFacts } from "../../src/dialects/inspect-body.ts";
import { withNumCtx, type NumCtxPlace } from "../../src/dialects/num-ctx-in-body.ts";
import type { BodyWriting } from "../../src/dialects/replace-model.ts";
import type { InferenceRequest } from "../../src/inference/pipeline.ts";
import type { Turn } from "../../src/inference/turn.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import { callerOf } from "../caller-of.ts";

/** A body in one piece, and the place of its `num_ctx`. */
export interface FoundNumCtx {
  body: Uint8Array;
  place: NumCtxPlace | undefined;
}

/** Finds the place in a body; for a large one on a thread, which gives it back. */
export type FindNumCtx = (body: Uint8Array, caller: Caller) => FoundNumCtx | Promise<FoundNumCtx>;

interface Passed {
  pieces: Uint8Array[];
  facts: BodyFacts;
  writing: BodyWriting;
}

/** What is sent of a body, once the request has its turn. */
export type BodyToSend = (turn: Turn) => Uint8Array[];

/**
 * Has a request on `/api` follow its model's lane.
 * @returns undefined where its body is none in which that can be said: it is sent as it came.
 */
export async function laneBody(
  c: AppContext,
  find: FindNumCtx,
  passed: Passed,
  request: InferenceRequest,
): Promise<BodyToSend | undefined> {
  const { facts, writing } = passed;
  const [came] = passed.pieces;
  // OpenAI's and Anthropic's dialects have no word for the context.
  const canSayIt = c.req.path.startsWith("/api/") && writing === "json" && facts.modelIsCertain;
  if (!came || !canSayIt || request.isUnload) return undefined;
  const { body, place } = await find(came, callerOf(c));
  // A thread gives it back in other memory.
  passed.pieces = [body];
  if (!place) return undefined;
  request.lane = "context";
  const asked = facts.loadOptions?.["num_ctx"];
  return ({ lane }) => {
    const size = lane?.options?.["num_ctx"];
    return typeof size === "number" && size !== asked ? withNumCtx(body, place, size) : [body];
  };
}
