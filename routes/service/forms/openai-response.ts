import { toOllamaMessages, type ChatMessage } from "../../../src/dialects/messages.ts";
import { mustCall } from "../../../src/dialects/tools.ts";
import { textsOf } from "../../../src/dialects/prompt-limit.ts";
import { responseFrames, wholeResponse } from "../../../src/dialects/responses/response-frames.ts";
import type {
  ResponseObject,
  ShownSettings,
} from "../../../src/dialects/responses/response-object.ts";
import { openaiNotice } from "../../../src/dialects/wait-notices.ts";
import type { AnswerShape, PreparedRequest } from "../answer.ts";
import { textModel, visionModel } from "../choose-model.ts";
import { strictOf } from "../contract/answer-format.ts";
import { generationFields, generationHints } from "../contract/generation.ts";
import { imageOptions } from "../contract/images.ts";
import type { ResponseInput } from "../contract/responses/request.ts";
import { type Conversation, hasImages } from "../responses/conversation.ts";
import type { ModelChoice } from "../services.ts";
import { showingCalls } from "./showing-calls.ts";
import { UsedImages } from "./use-images.ts";

export interface ResponseForm {
  input: ResponseInput;
  conversation: Conversation;
  /** Given the response once it is whole. */
  keep: (response: ResponseObject) => void;
}

/**
 * What a request of the Responses API asks for.
 * @throws ServiceError for what a schema cannot see: model, prompt, images.
 */
export async function prepareResponse(
  { input, conversation, keep }: ResponseForm,
  models: ModelChoice,
): Promise<PreparedRequest> {
  const used = new UsedImages(conversation.images);
  const said = conversation.messages.map((message) => ({
    ...message,
    images: used.slots(message.images),
  }));
  const { instructions } = input;
  const messages: ChatMessage[] = instructions
    ? [{ role: "system", content: instructions }, ...said]
    : said;
  const settings = settingsOf(input);
  const asked = asChat(input);
  const strict = strictOf(asked);
  const shape: AnswerShape = {
    whole: (answer, record) => {
      const response = wholeResponse(answer, record, settings);
      keep(response);
      return response;
    },
    frames: (lines, record, onError) => responseFrames(lines, record, { settings, keep, onError }),
    notice: openaiNotice,
  };
  const sees = hasImages(conversation);
  const chooseModel = sees ? visionModel : textModel;
  return {
    request: {
      path: "/api/chat",
      line: sees ? "vision" : "text",
      model: await chooseModel(models, input.model, textsOf(messages)),
      body: { messages: toOllamaMessages(messages, "input"), ...generationFields(asked) },
      ...(sees ? { images: used.requestImages(imageOptions(input)) } : {}),
      hints: generationHints({}),
      ...(strict ? { strict: { ...strict, field: SCHEMA_FIELD } } : {}),
      mustCall: mustCall(asked),
    },
    stream: input.stream,
    shape: showingCalls(shape, asked),
  };
}

/** Where the schema of an answer stands. */
const SCHEMA_FIELD = "text.format.schema";

/** What has the figures of tokens included. */
const LOGPROBS = "message.output_text.logprobs";

/** What is said of how to generate, in the words of chat. */
export function asChat(input: ResponseInput) {
  const { temperature, top_p, top_k, min_p, seed, stop, parallel_tool_calls } = input;
  const { repeat_penalty, frequency_penalty, presence_penalty } = input;
  return {
    ...{ temperature, top_p, top_k, min_p, seed, stop, parallel_tool_calls },
    ...{ repeat_penalty, frequency_penalty, presence_penalty },
    max_tokens: input.max_output_tokens,
    response_format: input.text?.format?.asked,
    tools: input.tools?.map(({ asked }) => asked),
    tool_choice: input.tool_choice?.asked,
    reasoning_effort: input.reasoning?.effort,
    truncate: input.truncation !== "disabled",
    logprobs: input.include?.includes(LOGPROBS),
    top_logprobs: input.top_logprobs,
  };
}

export function settingsOf(input: ResponseInput): ShownSettings {
  const { instructions, max_output_tokens, metadata, previous_response_id, reasoning } = input;
  const { temperature, text, tool_choice, tools = [], top_logprobs, top_p, user } = input;
  return {
    instructions: instructions ?? null,
    max_output_tokens: max_output_tokens ?? null,
    metadata: metadata ?? {},
    parallel_tool_calls: input.parallel_tool_calls ?? true,
    previous_response_id: previous_response_id ?? null,
    reasoning: { effort: reasoning?.effort ?? null, summary: reasoning?.summary ?? null },
    store: input.store ?? true,
    temperature: temperature ?? null,
    text: {
      format: text?.format?.shown ?? { type: "text" },
      ...(text?.verbosity ? { verbosity: text.verbosity } : {}),
    },
    tool_choice: tool_choice?.shown ?? "auto",
    tools: tools.map(({ shown }) => ({ parameters: null, strict: null, ...shown })),
    top_logprobs: top_logprobs ?? 0,
    top_p: top_p ?? null,
    truncation: input.truncation ?? "auto",
    user: user ?? null,
  };
}
