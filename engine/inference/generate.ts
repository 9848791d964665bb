import type { Token } from "node-llama-cpp";
import { EngineError, INSTALL_OLLAMA, unsupported } from "../errors.ts";
import { decodeFormat } from "../grammar/answer-format.ts";
import { fullName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { Services } from "../services.ts";
import { refuseThinking } from "../values/think.ts";
import { type Deliver, type GenerateLine, logprobsOf, metricsOf, timestamp } from "./answer.ts";
import { eachPiece } from "./each-piece.ts";
import { fitPrompt, fitText } from "./fit-prompt.ts";
import { type ModelRun, findModel, requireText, withModel } from "./open-model.ts";
import { storedTurns, tagImages, withSystem } from "./prompt.ts";
import type { GenerateRequest } from "./requests.ts";

/**
 * Answers a prompt and delivers the answer. Checks are in Ollama's order, so that the same mistake
 * gets the same error.
 * @throws {EngineError} and what `deliver` throws.
 */
export async function generate(
  services: Services,
  request: GenerateRequest,
  signal: AbortSignal,
  deliver: Deliver<GenerateLine>,
): Promise<void> {
  const startedAt = performance.now();
  const model = await findModel(services, request.model);
  if (!model) throw new EngineError(404, `model '${request.model}' not found`);
  const empty = request.prompt === "";
  if (empty && request.keepAliveMs === 0) {
    services.loadedModels.expire(model.weightsDigest);
    return deliver({ kind: "object", value: lastLine(request.model, "unload") });
  }
  checkRequest(model, request);
  const template = await services.templates.of(model);
  return withModel(services, { model, request, signal }, (open) => {
    if (empty) return deliver({ kind: "object", value: lastLine(request.model, "load") });
    const lines = generateLines({ model, template, open, request, startedAt, signal });
    return deliver({ kind: "lines", lines });
  });
}

function checkRequest(model: StoredModel, request: GenerateRequest): void {
  const { raw, system, template, context, suffix } = request;
  if (raw && (system !== "" || template !== "" || context)) {
    throw new EngineError(400, "raw mode does not support template, system, or context");
  }
  requireText(model, request.model, "generate");
  if (suffix !== "") throw new EngineError(400, `${fullName(model.name)} does not support insert`);
  refuseThinking(request.think, request.model, { levelFirst: true });
  if (template !== "") {
    throw unsupported(
      "a template in the request",
      `use raw with a finished prompt, or ${INSTALL_OLLAMA}`,
    );
  }
}

type Run = ModelRun<GenerateRequest>;

async function* generateLines(run: Run): AsyncGenerator<GenerateLine, void> {
  const { open, request, startedAt, signal } = run;
  const loadedAt = performance.now();
  const { runner, options } = open;
  const { shift, logprobs, truncate } = request;
  const grammar = decodeFormat(request.format);
  const tokens = fitPrompt(promptTokens(run), { options, truncate });
  const completion = { tokens, options, shift, logprobs, signal, grammar };
  const end = yield* eachPiece(runner.complete(completion), function* (piece) {
    const rated = logprobsOf(piece.logprobs);
    if (piece.text !== "" || rated.logprobs) yield { ...line(request.model, piece.text), ...rated };
  });
  if (end.doneReason === undefined) return;
  const context = request.raw ? {} : { context: [...tokens, ...end.tokens] };
  const metrics = metricsOf(end, { startedAt, loadedAt, promptCount: tokens.length });
  yield { ...lastLine(request.model, end.doneReason), ...context, ...metrics };
}

/** The tokens of the prompt, those of an earlier exchange first. */
function promptTokens(run: Run): Token[] {
  const { runner, options } = run.open;
  const { context, truncate } = run.request;
  const { longestToken } = runner;
  const fitting = fitText(promptText(run), { options, longestToken, truncate });
  // A prompt that will be refused need not be tokenized to its end.
  const tokens = runner.tokenize(fitting, truncate ? undefined : options.num_ctx);
  if (!context) return tokens;
  const before = runner.tokensOf(context);
  if (!before) throw new EngineError(400, "context holds a token this model does not know");
  const begunTwice = before.length > 0 && tokens[0] === runner.firstToken;
  return [...before, ...(begunTwice ? tokens.slice(1) : tokens)];
}

/** The text of the prompt. An earlier exchange in `context` replaces the model's own turns. */
function promptText({ model, template, open, request }: Run): string {
  const { prompt, system, raw, context, imageCount } = request;
  if (raw) return prompt;
  const turns = [
    ...(context ? [] : storedTurns(model)),
    ...tagImages([{ role: "user", content: prompt, imageCount }]),
  ];
  return template.render({
    turns: withSystem(turns, system === "" ? model.system : system),
    tools: [],
    marks: open.runner.marks,
  });
}

function line(model: string, response: string): GenerateLine {
  return { model, created_at: timestamp(), response, done: false };
}

function lastLine(model: string, done_reason: string): GenerateLine {
  return { ...line(model, ""), done: true, done_reason };
}
