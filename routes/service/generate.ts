import { z } from "@hono/zod-openapi";
import type { AppContext } from "../../middleware/env.ts";
import { logprobsField } from "../../src/dialects/logprobs.ts";
import { fromOllamaCalls, toOllamaMessages } from "../../src/dialects/messages.ts";
import { metricsBlock } from "../../src/dialects/metrics-block.ts";
import { textOf } from "../../src/inference/answer-text.ts";
import { nativeFrames } from "../../src/dialects/native-frames.ts";
import { mustCall } from "../../src/dialects/tools.ts";
import { textsOf } from "../../src/dialects/prompt-limit.ts";
import type { OllamaRequest } from "../../src/inference/runner.ts";
import { nativeNotice } from "../../src/dialects/wait-notices.ts";
import { readJson } from "../read-json.ts";
import { answer, type AnswerShape } from "./answer.ts";
import { textModel } from "./choose-model.ts";
import { GenerateAnswer } from "./contract/answers.ts";
import { strictOf } from "./contract/answer-format.ts";
import { errorResponses, INFERENCE_CODES } from "./contract/errors.ts";
import { filledText, maybe, text } from "./contract/fields.ts";
import { generationFields, generationHints, nativeFields } from "./contract/generation.ts";
import type { ServiceRoute } from "./contract/headers.ts";
import { LIST_LIMITS } from "./contract/list-limits.ts";
import { list } from "./contract/lists.ts";
import { NativeMessage } from "./contract/messages.ts";
import { GenerateAnswerPart, streamContent } from "./contract/stream-parts.ts";
import { showingCalls } from "./forms/showing-calls.ts";
import { mount, type ServiceRouter } from "./router.ts";
import type { GenerationServices } from "./services.ts";

const forms = {
  prompt: filledText(),
  // POML's toolkit renders messages, whichever route its body is posted to.
  messages: list(NativeMessage, LIST_LIMITS.messages).min(1),
};
const others = { system: maybe(text()), ...nativeFields };

const GenerateRequest = z
  .strictObject({ prompt: maybe(forms.prompt), messages: maybe(forms.messages), ...others })
  .refine((input) => input.prompt !== undefined || input.messages !== undefined, {
    path: ["prompt"],
    message: "prompt is needed",
  });

/** The same for the document, where each form says what it needs. */
const DocumentedRequest = z
  .union([
    z
      .strictObject({ ...forms, messages: maybe(forms.messages), ...others })
      .openapi("GenerateRequest", {
        description: "A prompt; messages, where there are some, come before it",
        example: { prompt: "Why is the sky blue?", model: "smollm2:135m", max_tokens: 60 },
      }),
    z.strictObject({ messages: forms.messages, ...others }).openapi("GenerateMessagesRequest", {
      description: "Messages in place of a prompt",
      example: {
        messages: [{ role: "user", content: "Why is the sky blue?" }],
        model: "smollm2:135m",
      },
    }),
  ])
  .openapi({}, { unionPreferredType: "oneOf" });

const STREAM_EXAMPLE =
  'data: {"chunk":"Sun","model":"smollm2:135m","request_id":"7f1f…","done":false}\n\n';

const route: ServiceRoute = {
  method: "post",
  path: "/api/v1/generate",
  operationId: "generate",
  tags: ["Text"],
  summary: "Generate text from one prompt",
  headers: ["rateLimit", "waiting", "load", "cache", "context", "truncation"],
  request: {
    body: { required: true, content: { "application/json": { schema: DocumentedRequest } } },
  },
  responses: {
    200: {
      description: "The text; with `stream: true` events of pieces, the last with `done: true`",
      content: {
        "application/json": { schema: GenerateAnswer },
        ...streamContent("text/event-stream", {
          part: GenerateAnswerPart,
          about: "One `data:` line with a JSON object for each piece",
          example: STREAM_EXAMPLE,
        }),
      },
    },
    ...errorResponses(INFERENCE_CODES),
  },
};

type GenerateInput = z.infer<typeof GenerateRequest>;

/** POST /api/v1/generate */
export function generateRoute(router: ServiceRouter, services: GenerationServices): void {
  const { guards } = services;
  mount(router, route, [guards.rate("generate", 60), guards.tenantText], (c) =>
    generate(c, services),
  );
}

async function generate(c: AppContext, services: GenerationServices): Promise<Response> {
  c.get("record").operation = "generate";
  const input = await readJson(c, GenerateRequest);
  const texts = [input.prompt, input.system, ...textsOf(input.messages ?? [])];
  const model = await textModel(services, input.model, texts);
  const request = inferenceRequest(input, model);
  const { stream } = input;
  return answer(c, services, { request, stream, shape: showingCalls(shape, input) });
}

const shape: AnswerShape = {
  whole: (answer, record) => {
    const calls = fromOllamaCalls(answer["message"]);
    return {
      text: textOf(answer),
      ...(calls ? { tool_calls: calls } : {}),
      ...logprobsField(answer),
      ...metricsBlock(record, answer),
    };
  },
  frames: (lines, record, onError) => nativeFrames(lines, record, { role: false, onError }),
  notice: (record) => nativeNotice(record, { role: false }),
};

/** Ollama's generate takes no tools and no messages: such a request goes through its chat. */
function inferenceRequest(input: GenerateInput, model: string): OllamaRequest {
  const common = {
    line: "text" as const,
    model,
    hints: generationHints(input),
    strict: strictOf(input),
    mustCall: mustCall(input),
  };
  const { prompt, system, messages } = input;
  const fields = generationFields(input);
  if (fields["tools"] === undefined && !messages) {
    const body = { prompt, ...(system ? { system } : {}), ...fields };
    return { ...common, path: "/api/generate", body };
  }
  const all = [
    ...(system ? [{ role: "system", content: system }] : []),
    ...(messages ?? []),
    ...(prompt ? [{ role: "user", content: prompt }] : []),
  ];
  const body = { messages: toOllamaMessages(all), ...fields };
  return { ...common, path: "/api/chat", body };
}
