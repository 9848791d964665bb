// @ts-check
// Anthropic's dialect.
import { PROMPT_TOKENS } from "./figures.mjs";
import { namedEvent } from "./frames.mjs";

/** @typedef {Record<string, unknown>} Body */

const CHARACTERS_OF_TOKEN = 4;

/** @returns {import("./forms.mjs").TextForm} */
export function messagesForm() {
  /** @param {string} model @param {object[]} content @param {object} rest */
  const message = (model, content, rest) => ({
    id: "msg_000000000000000000000001",
    type: "message",
    role: "assistant",
    model,
    content,
    ...rest,
  });
  return {
    streams: false,
    streamHeaders: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" },
    refusal,
    whole: ({ model, pieces }) =>
      message(model, [{ type: "text", text: pieces.join("") }], {
        stop_reason: "end_turn",
        usage: usageOf(PROMPT_TOKENS, pieces.length),
      }),
    // The true count is known at the end only: until then the client has an estimate.
    opening: ({ model, body }) =>
      sent("message_start", {
        message: message(model, [], { usage: usageOf(estimate(body), 0) }),
      }) + sent("content_block_start", { index: 0, content_block: { type: "text", text: "" } }),
    stream: ({ pieces }) => [
      ...pieces.map((text) =>
        sent("content_block_delta", { index: 0, delta: { type: "text_delta", text } }),
      ),
      sent("content_block_stop", { index: 0 }) +
        sent("message_delta", {
          delta: { stop_reason: "end_turn" },
          usage: usageOf(PROMPT_TOKENS, pieces.length),
        }) +
        sent("message_stop"),
    ],
  };
}

/** An event has its name in its data as well. @param {string} type @param {object} [rest] */
function sent(type, rest) {
  return namedEvent(type, { type, ...rest });
}

/** @param {Body} body */
function refusal({ model, max_tokens: most, messages }) {
  if (!model) return "model is required";
  if (!(Number(most) > 0)) return "max_tokens is required and must be positive";
  return Array.isArray(messages) && messages.length > 0 ? undefined : "messages is required";
}

/** @param {Body} body */
function estimate({ system, messages, tools }) {
  const texts = [system, messages, tools].flatMap(textsIn);
  return Math.max(1, Math.floor(texts.join("").length / CHARACTERS_OF_TOKEN));
}

/** Every text within a value. @param {unknown} value @returns {string[]} */
function textsIn(value) {
  if (typeof value === "string") return [value];
  return value instanceof Object ? Object.values(value).flatMap(textsIn) : [];
}

/** @param {number} input @param {number} output */
function usageOf(input, output) {
  return { input_tokens: input, output_tokens: output };
}
