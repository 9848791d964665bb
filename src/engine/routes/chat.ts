import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import type { Route } from "../http/router.ts";
import { readFields } from "../http/json-body.ts";
import type { ChatLine } from "../inference/answer.ts";
import { chat } from "../inference/chat.ts";
import type { ChatRequest } from "../inference/requests.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "./context.ts";
import { collect, sendLines } from "./answer-lines.ts";
import { commonFields, hasItems, imageCount, refuseExtras, wantsStream } from "./request-fields.ts";

/** POST /api/chat */
export function chatRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/chat",
    async handler(exchange) {
      const fields = await readFields(exchange, "ChatRequest");
      const request = chatRequest(fields);
      const answer = await chat(services, request, exchange.signal);
      if (answer.kind === "object") return exchange.json(200, answer.value);
      if (wantsStream(fields)) return sendLines(exchange, answer.lines, onError);
      const whole = await collect(answer.lines, joinChatLines);
      return exchange.json(200, whole ?? {});
    },
  };
}

function chatRequest(fields: Fields): ChatRequest {
  const messages = (fields.objects("messages", "api.Message") ?? []).map((message) => ({
    role: (message.string("role") ?? "").toLowerCase(),
    content: message.string("content") ?? "",
    imageCount: imageCount(message),
  }));
  const request = {
    ...commonFields(fields),
    messages,
    tools: hasItems(fields, "tools", "api.Tools"),
  };
  refuseExtras(fields);
  if (!parseModelName(request.model)) throw new EngineError(400, "model is required");
  return request;
}

/** The last line brings the figures, the text grows. */
export function joinChatLines(whole: ChatLine, line: ChatLine): ChatLine {
  const content = whole.message.content + line.message.content;
  return { ...line, message: { ...line.message, content } };
}
