import { pieces } from "../inference/answers.ts";
import type { BodyFacts } from "../dialects/inspect-body.ts";
import type { InferencePipeline, InferenceRequest } from "../inference/pipeline.ts";
import type { Turn } from "../inference/turn.ts";
import { joinedPieces } from "../http/body-pieces.ts";
import { unloads } from "../models/keep-alive.ts";
import type { AnswerCache, CachedScope } from "./answer-cache.ts";
import { canKeepRaw, rawQuestionOf } from "./question.ts";
import { type RawAnswer, type RawHead, rawOutcome } from "./raw-answer.ts";

interface CachedBytesOptions {
  pipeline: Pick<InferencePipeline, "withPlace">;
  answers: AnswerCache;
}

/** A body of Ollama's or OpenAI's dialect that asks for inference. */
export interface PassedBody {
  path: string;
  body: Uint8Array;
  facts: BodyFacts;
  /** What is sent of the body. */
  toSend: (turn: Turn) => Uint8Array[];
}

/** An answer as the inference server sends it. */
export interface ComingAnswer {
  head: RawHead;
  bytes: AsyncGenerator<Uint8Array>;
}

/** An answer as it comes: its head, then its bytes. */
type Piece = RawHead | Uint8Array;

/** What a piece takes beside its bytes. */
const OVERHEAD_BYTES = 128;

/**
 * The response cache for the drop-in routes: answers with the bytes of an earlier answer, or with
 * those that the inference server sends now, which are kept.
 */
export class CachedBytes {
  readonly #options: CachedBytesOptions;

  constructor(options: CachedBytesOptions) {
    this.#options = options;
  }

  /**
   * Answers from the cache, or calls the inference server and keeps its answer.
   * @returns undefined when the cache has no part in the request: then it is to be passed through,
   * and the record says so.
   * @throws ServiceError; the scope's reason.
   */
  async answer(
    { path, body, facts, toSend }: PassedBody,
    request: InferenceRequest,
    scope: CachedScope,
  ): Promise<{ kept: RawAnswer } | ComingAnswer | undefined> {
    const { answers, pipeline } = this.#options;
    const isPlain = facts.modelIsCertain && !facts.hasImages && !unloads(facts.keepAlive);
    const cache = isPlain && canKeepRaw(path) ? scope.cache : "off";
    const question = await answers.questionOf(facts.model, { ...scope, cache }, (of) =>
      rawQuestionOf({ path, model: facts.model, body }, of),
    );
    if (!question) return undefined;
    const answer = await answers.answer(question, scope, {
      form: "raw",
      bytesOf: (piece: Piece) => OVERHEAD_BYTES + ("byteLength" in piece ? piece.byteLength : 0),
      start: (signal) =>
        pipeline.withPlace(request, signal, async (turn) =>
          asPieces(await turn.call(path, joinedPieces(toSend(turn))), (sent) =>
            pieces(turn, sent, body.byteLength),
          ),
        ),
      outcome: ([head, ...chunks]: Piece[]) => rawOutcome(head as RawHead, chunks as Uint8Array[]),
    });
    if ("kept" in answer) return { kept: answer.kept as RawAnswer };
    const { value: head } = await answer.lines.next();
    return { head: head as RawHead, bytes: answer.lines as AsyncGenerator<Uint8Array> };
  }
}

async function* asPieces<Answer extends RawHead>(
  answer: Answer,
  read: (answer: Answer) => AsyncGenerator<Uint8Array>,
): AsyncGenerator<Piece> {
  const { status, contentType, location } = answer;
  const bytes = read(answer);
  try {
    yield { status, contentType, location };
    yield* bytes;
  } finally {
    // Also where nobody came to its bytes.
    await bytes.return(undefined);
  }
}
