import { whole } from "../inference/answers.ts";
import { CallRecord } from "../inference/call-record.ts";
import type { InferencePipeline } from "../inference/pipeline.ts";
import type { Turn } from "../inference/turn.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { readEmbedAnswer } from "./embed-answer.ts";
import type { Embedding } from "./vector-cache.ts";

/** What decides about the vector of a text; texts of one call have it in common. */
export interface EmbedOptions {
  model: string;
  /** Numbers of a vector, where the model can give fewer. */
  dimensions?: number | undefined;
  /** False: a text that is too long for the model is refused, not cut. */
  truncate?: boolean | undefined;
}

/** One call of `/api/embed`. */
export interface EmbedCall {
  texts: string[];
  options: EmbedOptions;
  /** The tenant whose turn in the queue it takes. */
  tenant: string;
  /** Calls it off. */
  signal: Signal;
}

/** An embedding for each text of a call in their order, and where its time went. */
export interface CallAnswer {
  embeddings: Embedding[];
  record: CallRecord;
}

/** Sends a call. @throws ServiceError; the signal's reason. */
export type CallEmbed = (call: EmbedCall) => Promise<CallAnswer>;

/**
 * Calls that wait for their turn in the fair queue, as requests of clients do (`withPlace`), or
 * calls of the service's own past it (`withoutPlace`).
 */
export function embedCalls(
  pipeline: Pick<InferencePipeline, "withPlace" | "withoutPlace">,
  way: "withPlace" | "withoutPlace",
): CallEmbed {
  return async ({ texts, options, tenant, signal }) => {
    // Of the call's own: it serves many requests, and its hard stop counts from here.
    const record = new CallRecord();
    const { model, dimensions, truncate } = options;
    const body = ({ lane }: Turn): string =>
      JSON.stringify({
        model,
        input: texts.length === 1 ? texts[0] : texts,
        ...(dimensions === undefined ? {} : { dimensions }),
        ...(truncate === undefined ? {} : { truncate }),
        ...(lane?.options ? { options: lane.options } : {}),
      });
    const about = {
      line: "text",
      tenant,
      model,
      hints: { kind: "embed" },
      mustFit: true,
      lane: "pinned",
      ageMs: 0,
      record,
    } as const;
    const answer = await pipeline[way](about, signal, async (turn: Turn) =>
      whole(turn, await turn.call("/api/embed", body(turn))),
    );
    return { embeddings: readEmbedAnswer(answer, texts), record };
  };
}
