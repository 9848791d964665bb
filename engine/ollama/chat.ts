import { EngineError } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { chat } from "../inference/chat.ts";
import { joinChatLines } from "../inference/join-lines.ts";
import type { ChatRequest } from "../inference/requests.ts";
import { parseModelName } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { messageCalls } from "../tools/message-calls.ts";
import { offeredTools } from "../tools/offered-tools.ts";
import { toClient } from "./answer-lines.ts";
import { commonFields, imageCount, refuseExtras, wantsStream } from "./request-fields.ts";

/** POST /api/chat */
export function chatRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/chat",
    async handler(exchange) {
      const fields = await readFields(exchange, "ChatRequest");
      const request = chatRequest(fields);
      const stream = wantsStream(fields);
      const deliver = toClient({ exchange, stream, join: joinChatLines, onError });
      await chat(services, request, exchange.signal, deliver);
    },
  };
}

function chatRequest(fields: Fields): ChatRequest {
  const messages = (fields.objects("messages", "api.Message") ?? []).map((message) => ({
    role: (message.string("role") ?? "").toLowerCase(),
    content: message.string("content") ?? "",
    imageCount: imageCount(message),
    toolCalls: messageCalls(message),
    toolName: message.string("tool_name"),
    toolCallId: message.string("tool_call_id"),
  }));
  const request = {
    ...commonFields(fields),
    messages,
    tools: offeredTools(fields),
  };
  refuseExtras(fields);
  if (!parseModelName(request.model)) throw new EngineError(400, "model is required");
  return request;
}
