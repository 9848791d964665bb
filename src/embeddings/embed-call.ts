import { ClientLeft, ServiceError } from "../errors/service-error.ts";
import { unreachable } from "../errors/unreachable.ts";
import type { InferenceRunner } from "../inference/runner.ts";
import { canonicalModel } from "../models/model-name.ts";
import type { LoadedModels } from "../models/loaded-models.ts";
import type { Transport } from "../http/transport.ts";
import { RequestRecord } from "../requests/request-record.ts";
import { jsonBody } from "../hosts/lines.ts";
import type { Upstream } from "../hosts/upstream.ts";
import { failureOf } from "../hosts/upstream-failure.ts";
import { readEmbedAnswer } from "./embed-answer.ts";
import type { Participants } from "./flight.ts";
import type { Embedding } from "./vector-cache.ts";

/** What texts must have in common to be sent together. */
export interface EmbedOptions {
  model: string;
  dimensions: number | undefined;
  truncate: boolean | undefined;
}

/** One call of `/api/embed`. */
export interface EmbedCall {
  texts: string[];
  options: EmbedOptions;
  /** Whose turn in the queue it takes. */
  tenant: string;
  participants: Participants;
}

/** What a call gave: an embedding for each text in their order, and where its time went. */
export interface CallAnswer {
  embeddings: Embedding[];
  queueMs: number | undefined;
  loadMs: number | undefined;
}

/** Makes a call. @throws ServiceError; ClientLeft when all participants have left. */
export type CallEmbed = (call: EmbedCall) => Promise<CallAnswer>;

/** Calls that wait for their turn in the fair queue, as requests of clients do. */
export function queuedCalls(runner: Pick<InferenceRunner, "answer">): CallEmbed {
  return async ({ texts, options, tenant, participants }) => {
    // Of the call's own: it serves many requests, and its hard stop counts from here.
    const record = new RequestRecord("", () => {});
    record.tenant = tenant;
    const answer = await runner.answer(
      {
        path: "/api/embed",
        line: "text",
        model: options.model,
        body: bodyOf(texts, options),
        hints: { kind: "embed" },
      },
      { record, exchange: participants },
    );
    const { queueMs, loadMs } = record;
    return { embeddings: readEmbedAnswer(answer, texts), queueMs, loadMs };
  };
}

interface DirectParts {
  transport: Transport;
  upstream: Pick<Upstream, "origin">;
  loadedModels: Pick<LoadedModels, "used">;
}

/** Calls of the service's own, past the queue. The server loads the model if it has to. */
export function directCalls({ transport, upstream, loadedModels }: DirectParts): CallEmbed {
  return async ({ texts, options, participants }) => {
    const abort = new AbortController();
    if (participants.hasLeft) throw new ClientLeft();
    const stopListening = participants.onLeave(() => abort.abort(new ClientLeft()));
    try {
      const answer = await transport.call({
        origin: upstream.origin,
        method: "POST",
        path: "/api/embed",
        body: JSON.stringify({ model: options.model, ...bodyOf(texts, options) }),
        signal: abort.signal,
      });
      if (answer.status !== 200) throw await failureOf(answer);
      const embeddings = readEmbedAnswer(await jsonBody(answer.body), texts);
      loadedModels.used(canonicalModel(options.model));
      return { embeddings, queueMs: undefined, loadMs: undefined };
    } catch (err) {
      abort.signal.throwIfAborted();
      throw err instanceof ServiceError ? err : unreachable(err);
    } finally {
      stopListening();
    }
  };
}

function bodyOf(texts: string[], { dimensions, truncate }: EmbedOptions): Record<string, unknown> {
  return {
    input: texts.length === 1 ? texts[0] : texts,
    ...(dimensions === undefined ? {} : { dimensions }),
    ...(truncate === undefined ? {} : { truncate }),
  };
}
