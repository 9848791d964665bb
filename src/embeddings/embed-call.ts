import { whole } from "../inference/answers.ts";
import type { CallRecord } from "../inference/call-record.ts";
import type { InferencePipeline } from "../inference/pipeline.ts";
import { truncatedField, type Truncation } from "../inference/truncation.ts";
import type { Turn } from "../inference/turn.ts";
import type { Signal } from "../runtime/light-signal.ts";
import { readEmbedAnswer } from "./embed-answer.ts";
import type { Embedding } from "./vector-cache.ts";

/** What decides about the vector of a text; texts of one call have it in common. */
export interface EmbedOptions {
  model: string;
  /** Numbers of a vector, where the model can give fewer. */
  dimensions?: number | undefined;
}

/** One call of `/api/embed`. */
export interface EmbedCall {
  texts: string[];
  options: EmbedOptions;
  /** Whether texts that are too long for the model lose their end; else they are refused. */
  truncate: boolean;
  /** The tenant whose turn in the queue it takes. */
  tenant: string;
  /** As PlaceRequest. */
  parts: ReadonlyMap<string, number>;
  /** As InferenceRequest. */
  background: boolean;
  /** As PlaceRequest. */
  maxExpectedMs: number | undefined;
  /** Calls it off. */
  signal: Signal;
  /** Where its time goes. Of the call's own: it serves many requests. */
  record: CallRecord;
}

/** An embedding for each text of a call in their order. */
export interface CallAnswer {
  embeddings: Embedding[];
  /** Only of a call that cuts: the tokens of all its texts that were read. */
  truncated?: Truncation;
}

/**
 * Sends a call. @throws ServiceError, `prompt_too_large` where a text is and is not to be cut; the
 * signal's reason.
 */
export type CallEmbed = (call: EmbedCall) => Promise<CallAnswer>;

/**
 * Calls that wait for their turn in the fair queue, as requests of clients do (`withPlace`), or
 * calls of the service's own past it (`withoutPlace`).
 */
export function embedCalls(
  pipeline: Pick<InferencePipeline, "withPlace" | "withoutPlace">,
  way: "withPlace" | "withoutPlace",
): CallEmbed {
  return async ({ texts, options, truncate, tenant, parts, signal, record, ...waiting }) => {
    record.isPromptCut = truncate;
    const { model, dimensions } = options;
    const body = ({ lane }: Turn): string =>
      JSON.stringify({
        model,
        input: texts.length === 1 ? texts[0] : texts,
        ...(dimensions === undefined ? {} : { dimensions }),
        truncate,
        ...(lane?.options ? { options: lane.options } : {}),
      });
    const about = {
      line: "text",
      tenant,
      parts,
      model,
      hints: { kind: "embed" },
      ...waiting,
      mustFit: true,
      lane: "pinned",
      // Its hard stop counts from here.
      ageMs: 0,
      record,
    } as const;
    const answer = await pipeline[way](about, signal, async (turn: Turn) =>
      whole(turn, await turn.call("/api/embed", body(turn))),
    );
    return { embeddings: readEmbedAnswer(answer, texts), ...truncatedField(answer) };
  };
}
