import { EngineError } from "../errors.ts";
import { decodeFormat } from "../grammar/answer-format.ts";
import { fullName } from "../models/names.ts";
import type { Services } from "../services.ts";
import { RenderTime } from "../templates/bounded-jinja.ts";
import { ToolCallParser, type ParsedPiece } from "../tools/tool-call-parser.ts";
import { refuseThinking } from "../values/think.ts";
import { type ChatLine, type Deliver, logprobsOf, metricsOf, timestamp } from "./answer.ts";
import { eachPiece } from "./each-piece.ts";
import { fitPrompt, fitText, fitsContext, isTooLong } from "./fit-prompt.ts";
import { type ModelRun, findModel, requireText, withModel } from "./open-model.ts";
import { newestTurns, storedTurns, tagImages, withSystem } from "./prompt.ts";
import type { Turn } from "../templates/turn.ts";
import type { ChatRequest } from "./requests.ts";

/**
 * Answers a conversation and delivers the answer. Checks are in Ollama's order, so that the same
 * mistake gets the same error.
 * @throws {EngineError} and what `deliver` throws.
 */
export async function chat(
  services: Services,
  request: ChatRequest,
  signal: AbortSignal,
  deliver: Deliver<ChatLine>,
): Promise<void> {
  const startedAt = performance.now();
  const model = await findModel(services, request.model);
  if (!model) throw new EngineError(404, `model '${request.model}' not found`);
  const empty = request.messages.length === 0;
  if (empty && request.keepAliveMs === 0) {
    services.loadedModels.expire(model.weightsDigest);
    return deliver({ kind: "object", value: emptyLine(request.model, "unload") });
  }
  requireText(model, request.model, "chat");
  const template = await services.templates.of(model);
  if (request.tools.length > 0 && template.toolFormats.length === 0) {
    throw new EngineError(400, `${fullName(model.name)} does not support tools`);
  }
  refuseThinking(request.think, request.model, { levelFirst: false });
  return withModel(services, { model, request, signal }, (open) => {
    if (empty) return deliver({ kind: "object", value: emptyLine(request.model, "load") });
    const lines = chatLines({ model, template, open, request, startedAt, signal });
    return deliver({ kind: "lines", lines });
  });
}

type Run = ModelRun<ChatRequest>;

async function* chatLines(run: Run): AsyncGenerator<ChatLine, void> {
  const { open, request, startedAt, signal } = run;
  const loadedAt = performance.now();
  const { runner, options } = open;
  const { model, shift, logprobs } = request;
  const grammar = decodeFormat(request.format);
  const { text: prompt, tokens } = await promptOf(run);
  const parser = toolCallParser(run, prompt);
  const completion = { tokens, options, shift, logprobs, signal, grammar };
  const end = yield* eachPiece(runner.complete(completion), (piece) => {
    const read = parser?.push(piece.text) ?? { text: piece.text, calls: [] };
    return linesOf(model, read, logprobsOf(piece.logprobs));
  });
  if (parser) yield* linesOf(model, parser.end());
  if (end.doneReason === undefined) return;
  const metrics = metricsOf(end, { startedAt, loadedAt, promptCount: tokens.length });
  yield { ...emptyLine(model, end.doneReason), ...metrics };
}

/** The lines of one step: one for text, one for calls; none for a step without output. */
function* linesOf(
  model: string,
  { text, calls }: ParsedPiece,
  rated: Pick<ChatLine, "logprobs"> = {},
): Generator<ChatLine, void> {
  if (text !== "" || (rated.logprobs && calls.length === 0)) {
    yield { ...chatLine(model, text), done: false, ...rated };
  }
  if (calls.length === 0) return;
  const message = { role: "assistant", content: "", tool_calls: calls };
  yield { ...chatLine(model, ""), message, done: false, ...(text === "" && rated) };
}

function toolCallParser({ template, request }: Run, prompt: string): ToolCallParser | undefined {
  if (request.tools.length === 0) return undefined;
  const names = new Set(request.tools.map(({ name }) => name));
  return new ToolCallParser({ formats: template.toolFormats, names, prompt });
}

/** The prompt as a text, and its tokens cut to what fits. */
async function promptOf({ model, template, open, request, signal }: Run) {
  const { options, runner } = open;
  const { truncate } = request;
  const tools = request.tools.map(({ description }) => description);
  const time = new RenderTime();
  const { marks } = runner;
  const render = (turns: readonly Turn[]) => template.render({ turns, tools, marks, time });
  const turns = withSystem(
    [...storedTurns(model), ...tagImages(request.messages)],
    request.messages[0]?.role === "system" ? undefined : model.system,
  );
  const { longestToken } = runner;
  const fits = (some: string) =>
    !isTooLong(some, { options, longestToken }) &&
    fitsContext(runner.tokenize(some, options.num_ctx), options.num_ctx);
  let text = render(turns);
  if (truncate && !fits(text)) {
    text = render(await newestTurns(turns, (some) => fits(render(some)), signal));
  }
  const fitting = fitText(text, { options, longestToken, truncate });
  // A prompt that will be refused need not be tokenized to its end.
  const tokens = runner.tokenize(fitting, truncate ? undefined : options.num_ctx);
  return { text, tokens: fitPrompt(tokens, { options, truncate }) };
}

function chatLine(model: string, content: string) {
  return { model, created_at: timestamp(), message: { role: "assistant", content } };
}

function emptyLine(model: string, done_reason: string): ChatLine {
  return { ...chatLine(model, ""), done: true, done_reason };
}
