import { EngineError } from "../errors.ts";
import { type Exchange, JSON_PLAIN } from "../http/exchange.ts";
import type { Fields } from "../http/fields.ts";
import { OPENAI, readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import type { ChatLine } from "../inference/answer.ts";
import { chat } from "../inference/chat.ts";
import { collect, joinChatLines } from "../inference/join-lines.ts";
import type { ChatRequest } from "../inference/requests.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { offeredTools } from "../tools/offered-tools.ts";
import { LIMITS, requireAtMost } from "../values/limits.ts";
import { decodeLogprobs } from "../values/logprobs.ts";
import type { RawOptions } from "../values/options.ts";
import { nativeMessages } from "./messages.ts";
import { NO_ANSWER, openAiRoute } from "./route.ts";
import { sendDone, sendEvent } from "./send-events.ts";
import { answerId, reasoning, samplingOptions, unixSeconds, wantsUsage } from "./shared-fields.ts";
import { renderCall } from "./tool-calls.ts";
import { usageOf } from "./usage.ts";

type Request = { native: ChatRequest; stream: boolean; usage: boolean };

/** POST /v1/chat/completions */
export function chatCompletionsRoute({ services, onError }: RouteContext): Route {
  return openAiRoute<Request>({
    path: "/v1/chat/completions",
    onError,
    read: async (exchange) =>
      readRequest(await readFields(exchange, "ChatCompletionRequest", OPENAI)),
    async answer(exchange, { native, stream, usage }) {
      if (!parseModelName(native.model)) throw new EngineError(400, "model is required");
      await chat(services, native, exchange.signal, async (answer) => {
        const lines = answer.kind === "lines" ? answer.lines : once(answer.value);
        if (stream) return sendChunks(exchange, lines, usage);
        const whole = await collect(lines, joinChatLines);
        if (!whole) throw new EngineError(500, NO_ANSWER);
        exchange.json(200, completion(whole), JSON_PLAIN);
      });
    },
  });
}

function readRequest(fields: Fields): Request {
  const messages = fields.objects("messages", "openai.Message") ?? [];
  if (messages.length === 0) throw new EngineError(400, "[] is too short - 'messages'");
  const native = {
    model: fields.modelName("model") ?? "",
    messages: nativeMessages(messages),
    tools: offeredTools(fields),
    logprobs: decodeLogprobs(fields.boolean("logprobs"), fields.integer("top_logprobs")),
    keepAliveMs: undefined,
    options: { ...samplingOptions(fields, stops(fields)), ...newLimit(fields) },
    format: responseFormat(fields),
    think: reasoning(fields),
    truncate: true,
    shift: true,
  };
  return { native, stream: fields.boolean("stream") ?? false, usage: wantsUsage(fields) };
}

/** OpenAI's newer name of `max_tokens`, over which it takes precedence. */
function newLimit(fields: Fields): RawOptions {
  const limit = fields.integer("max_completion_tokens");
  return limit === undefined ? {} : { num_predict: limit };
}

/** Items that are no text are dropped silently, as Ollama does on this route. */
function stops(fields: Fields): string[] {
  const value = fields.raw("stop");
  const list = Array.isArray(value) ? value : [value];
  requireAtMost(list.length, LIMITS.stops, "stop sequences");
  return list.filter((item) => typeof item === "string");
}

function responseFormat(fields: Fields): unknown {
  const format = fields.object("response_format", "openai.ResponseFormat");
  const type = format?.string("type")?.toLowerCase();
  if (type === "json_object") return "json";
  if (type !== "json_schema") return undefined;
  return format?.object("json_schema", "openai.JsonSchema")?.raw("schema");
}

async function sendChunks(
  exchange: Exchange,
  lines: AsyncIterable<ChatLine>,
  usage: boolean,
): Promise<void> {
  const id = answerId("chatcmpl");
  let called = false;
  for await (const line of lines) {
    called ||= line.message.tool_calls !== undefined;
    const reason = line.done_reason && called ? "tool_calls" : line.done_reason;
    const delta = messageOf(line);
    const choice = { index: 0, delta, finish_reason: reason ?? null, ...ratedChoice(line) };
    await sendEvent(exchange, { ...chunkHead(id, line.model), choices: [choice] });
    if (!line.done) continue;
    if (usage) {
      await sendEvent(exchange, {
        ...chunkHead(id, line.model),
        choices: [],
        usage: usageOf(line),
      });
    }
    await sendDone(exchange);
  }
  exchange.end();
}

function chunkHead(id: string, model: string) {
  const created = unixSeconds();
  return { id, object: "chat.completion.chunk", created, model, system_fingerprint: "fp_ollama" };
}

function messageOf({ message }: ChatLine) {
  const calls = message.tool_calls?.map(renderCall);
  return { role: "assistant", content: message.content, ...(calls && { tool_calls: calls }) };
}

function ratedChoice({ logprobs }: ChatLine) {
  return logprobs && { logprobs: { content: logprobs } };
}

function completion(line: ChatLine) {
  const message = messageOf(line);
  const reason = message.tool_calls ? "tool_calls" : (line.done_reason ?? null);
  return {
    id: answerId("chatcmpl"),
    object: "chat.completion",
    created: unixSeconds(),
    model: line.model,
    system_fingerprint: "fp_ollama",
    choices: [{ index: 0, message, finish_reason: reason, ...ratedChoice(line) }],
    usage: usageOf(line),
  };
}

async function* once<T>(value: T): AsyncGenerator<T, void> {
  yield value;
}
