import { EngineError } from "../errors.ts";
import { type Exchange, JSON_PLAIN } from "../http/exchange.ts";
import { type Fields, goKind } from "../http/fields.ts";
import { OPENAI, readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import type { GenerateLine } from "../inference/answer.ts";
import { generate } from "../inference/generate.ts";
import { collect, joinGenerateLines } from "../inference/join-lines.ts";
import type { GenerateRequest } from "../inference/requests.ts";
import type { RouteContext } from "../services.ts";
import { LIMITS, requireAtMost } from "../values/limits.ts";
import { NO_ANSWER, openAiRoute } from "./route.ts";
import { sendDone, sendEvent } from "./send-events.ts";
import { answerId, samplingOptions, unixSeconds, wantsUsage } from "./shared-fields.ts";
import { usageOf } from "./usage.ts";

type Request = { native: GenerateRequest; stream: boolean; usage: boolean };

/** POST /v1/completions */
export function completionsRoute({ services, onError }: RouteContext): Route {
  return openAiRoute<Request>({
    path: "/v1/completions",
    onError,
    read: async (exchange) => readRequest(await readFields(exchange, "CompletionRequest", OPENAI)),
    async answer(exchange, { native, stream, usage }) {
      await generate(services, native, exchange.signal, async (answer) => {
        if (answer.kind === "object") {
          return exchange.json(200, completion(answer.value), JSON_PLAIN);
        }
        if (stream) return sendChunks(exchange, answer.lines, usage);
        const whole = await collect(answer.lines, joinGenerateLines);
        if (!whole) throw new EngineError(500, NO_ANSWER);
        exchange.json(200, completion(whole), JSON_PLAIN);
      });
    },
  });
}

function readRequest(fields: Fields): Request {
  // Accepted without effect, as in Ollama: the number of log probabilities.
  fields.integer("logprobs");
  const native = {
    model: fields.modelName("model") ?? "",
    prompt: fields.string("prompt") ?? "",
    suffix: fields.string("suffix") ?? "",
    system: "",
    template: "",
    raw: false,
    context: undefined,
    logprobs: undefined,
    imageCount: 0,
    keepAliveMs: undefined,
    options: samplingOptions(fields, stops(fields)),
    format: undefined,
    think: undefined,
    truncate: true,
    shift: true,
  };
  return { native, stream: fields.boolean("stream") ?? false, usage: wantsUsage(fields) };
}

function stops(fields: Fields): string[] {
  const value = fields.raw("stop");
  if (value === undefined) return [];
  const list = Array.isArray(value) ? value : [value];
  requireAtMost(list.length, LIMITS.stops, "stop sequences");
  return list.map((item) => {
    if (typeof item === "string") return item;
    const kind = typeof item === "number" ? "float64" : goKind(item);
    throw new EngineError(400, `invalid type for 'stop' field: ${kind}`);
  });
}

async function sendChunks(
  exchange: Exchange,
  lines: AsyncIterable<GenerateLine>,
  usage: boolean,
): Promise<void> {
  const id = answerId("cmpl");
  const none = { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 };
  for await (const line of lines) {
    const choice = { text: line.response, index: 0, finish_reason: line.done_reason ?? null };
    await sendEvent(exchange, {
      ...head(id, line.model),
      choices: [choice],
      ...(usage && { usage: none }),
    });
    if (!line.done) continue;
    if (usage)
      await sendEvent(exchange, { ...head(id, line.model), choices: [], usage: usageOf(line) });
    await sendDone(exchange);
  }
  exchange.end();
}

function completion(line: GenerateLine) {
  const choice = { text: line.response, index: 0, finish_reason: line.done_reason ?? null };
  return { ...head(answerId("cmpl"), line.model), choices: [choice], usage: usageOf(line) };
}

function head(id: string, model: string) {
  const created = unixSeconds();
  return { id, object: "text_completion", created, model, system_fingerprint: "fp_ollama" };
}
