import { EngineError, INSTALL_OLLAMA, notOffered } from "../errors.ts";
import { fullName } from "../models/names.ts";
import type { StoredModel } from "../models/store.ts";
import type { Services } from "../services.ts";
import { decodeFormat } from "../values/format.ts";
import { refuseThinking } from "../values/think.ts";
import { type Answer, type GenerateLine, metricsOf, timestamp } from "./answer.ts";
import { fitPrompt } from "./fit-prompt.ts";
import { type OpenModel, findModel, openModel, requireText } from "./open-model.ts";
import { renderPrompt, tagImages, withSystem } from "./prompt.ts";
import type { GenerateRequest } from "./requests.ts";

/**
 * Answers a prompt. Checks come in Ollama's order, so the same mistake gets the same answer.
 * @throws {EngineError}
 */
export async function generate(
  services: Services,
  request: GenerateRequest,
  signal: AbortSignal,
): Promise<Answer<GenerateLine>> {
  const startedAt = performance.now();
  const model = await findModel(services, request.model);
  if (!model) throw new EngineError(404, `model '${request.model}' not found`);
  const empty = request.prompt === "";
  if (empty && request.keepAliveMs === 0) {
    services.residency.expire(model.weightsDigest);
    return { kind: "object", value: lastLine(request.model, "unload") };
  }
  checkRequest(model, request);
  const open = await openModel(services, model, request, signal);
  if (empty) {
    open.lease.release();
    return { kind: "object", value: lastLine(request.model, "load") };
  }
  const lines = generateLines({ model, open, request, startedAt, signal });
  return { kind: "lines", lines };
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
    throw notOffered(
      "a template in the request",
      `use raw with a finished prompt, or ${INSTALL_OLLAMA}`,
    );
  }
  if (context) throw notOffered("context", "send the conversation to /api/chat instead");
}

type Run = {
  readonly model: StoredModel;
  readonly open: OpenModel;
  readonly request: GenerateRequest;
  readonly startedAt: number;
  readonly signal: AbortSignal;
};

async function* generateLines(run: Run): AsyncGenerator<GenerateLine, void> {
  const { open, request, startedAt, signal } = run;
  const loadedAt = performance.now();
  const { lease, options } = open;
  try {
    const json = decodeFormat(request.format) === "json";
    const tokens = fitPrompt(lease.runner.tokenize(promptText(run)), options, request.truncate);
    const completion = { tokens, options, shift: request.shift, signal, json };
    const pieces = lease.runner.complete(completion);
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) {
      if (next.value !== "") yield line(request.model, next.value);
    }
    const end = next.value;
    if (end.doneReason === undefined) return;
    const context = request.raw ? {} : { context: [...tokens, ...end.tokens] };
    const metrics = metricsOf(end, { startedAt, loadedAt, promptCount: tokens.length });
    yield { ...lastLine(request.model, end.doneReason), ...context, ...metrics };
  } finally {
    lease.release();
  }
}

function promptText({ model, request }: Run): string {
  const { prompt, system, raw, imageCount } = request;
  if (raw) return prompt;
  const turns = tagImages([{ role: "user", content: prompt, imageCount }]);
  return renderPrompt(model, withSystem(turns, system === "" ? model.system : system));
}

function line(model: string, response: string): GenerateLine {
  return { model, created_at: timestamp(), response, done: false };
}

function lastLine(model: string, done_reason: string): GenerateLine {
  return { ...line(model, ""), done: true, done_reason };
}
