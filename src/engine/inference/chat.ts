import { EngineError } from "../errors.ts";
import { fullName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { Services } from "../services.ts";
import { decodeFormat } from "../values/format.ts";
import { refuseThinking } from "../values/think.ts";
import { type Answer, type ChatLine, metricsOf, timestamp } from "./answer.ts";
import { fitPrompt } from "./fit-prompt.ts";
import { type OpenModel, findModel, openModel, requireText } from "./open-model.ts";
import { dropOldest, renderPrompt, tagImages, withSystem } from "./prompt.ts";
import type { ChatRequest } from "./requests.ts";

/**
 * Answers a conversation. Checks come in Ollama's order, so the same mistake gets the same answer.
 * @throws {EngineError}
 */
export async function chat(
  services: Services,
  request: ChatRequest,
  signal: AbortSignal,
): Promise<Answer<ChatLine>> {
  const startedAt = performance.now();
  const model = await findModel(services, request.model);
  if (!model) throw new EngineError(404, `model '${request.model}' not found`);
  const empty = request.messages.length === 0;
  if (empty && request.keepAliveMs === 0) {
    services.residency.expire(model.weightsDigest);
    return { kind: "object", value: emptyLine(request.model, "unload") };
  }
  requireText(model, request.model, "chat");
  if (request.tools) throw new EngineError(400, `${fullName(model.name)} does not support tools`);
  refuseThinking(request.think, request.model, { levelFirst: false });
  const open = await openModel(services, model, request, signal);
  if (empty) {
    open.lease.release();
    return { kind: "object", value: emptyLine(request.model, "load") };
  }
  const lines = chatLines({ model, open, request, startedAt, signal });
  return { kind: "lines", lines };
}

type Run = {
  readonly model: StoredModel;
  readonly open: OpenModel;
  readonly request: ChatRequest;
  readonly startedAt: number;
  readonly signal: AbortSignal;
};

async function* chatLines(run: Run): AsyncGenerator<ChatLine, void> {
  const { open, request, startedAt, signal } = run;
  const loadedAt = performance.now();
  const { lease, options } = open;
  try {
    const json = decodeFormat(request.format) === "json";
    const tokens = promptTokens(run);
    const completion = { tokens, options, shift: request.shift, signal, json };
    const pieces = lease.runner.complete(completion);
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) {
      if (next.value !== "") yield { ...chatLine(request.model, next.value), done: false };
    }
    const { doneReason } = next.value;
    if (doneReason === undefined) return;
    const metrics = metricsOf(next.value, { startedAt, loadedAt, promptCount: tokens.length });
    yield { ...emptyLine(request.model, doneReason), ...metrics };
  } finally {
    lease.release();
  }
}

function promptTokens({ model, open, request }: Run) {
  const { options, lease } = open;
  const { runner } = lease;
  const turns = withSystem(tagImages(request.messages), model.system);
  const whole = runner.tokenize(renderPrompt(model, turns));
  if (whole.length < options.num_ctx || !request.truncate) {
    return fitPrompt(whole, options, request.truncate);
  }
  const count = (kept: typeof turns) => runner.tokenize(renderPrompt(model, kept)).length;
  const kept = dropOldest(turns, (some) => count(some) < options.num_ctx);
  return fitPrompt(runner.tokenize(renderPrompt(model, kept)), options, true);
}

function chatLine(model: string, content: string) {
  return { model, created_at: timestamp(), message: { role: "assistant", content } };
}

function emptyLine(model: string, done_reason: string): ChatLine {
  return { ...chatLine(model, ""), done: true, done_reason };
}
