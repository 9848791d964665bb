// @ts-check
// OpenAI's newer dialect, without what it has to store answers.
import { CREATED, PROMPT_TOKENS } from "./figures.mjs";
import { namedEvent } from "./frames.mjs";
import { isLater } from "./version.mjs";

/** @typedef {import("./forms.mjs").Generated} Generated */
/** @typedef {import("./version.mjs").Version} Version */

const ID = "resp_1";
const ITEM_ID = "msg_1";
const PLACE = { item_id: ITEM_ID, output_index: 0, content_index: 0 };

/** @param {Version} version @returns {import("./forms.mjs").TextForm} */
export function responsesForm(version) {
  return {
    streams: false,
    streamHeaders: { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" },
    whole: (answer) => ({
      ...response(answer, version),
      created_at: CREATED,
      model: answer.model,
      ...ended(answer, version),
    }),
    opening: (answer) => {
      const { next } = numbered(0);
      const started = { ...response(answer, version), status: "in_progress", output: [] };
      return [
        next("response.created", { response: started }),
        next("response.in_progress", { response: started }),
        next("response.output_item.added", {
          output_index: 0,
          item: { ...itemOf("", version), status: "in_progress", content: [] },
        }),
        next("response.content_part.added", { ...PLACE, part: partOf("", version) }),
      ].join("");
    },
    stream: (answer) => {
      const { next } = numbered(4);
      const text = answer.pieces.join("");
      const logprobs = isLater(version) ? { logprobs: [] } : {};
      return [
        ...answer.pieces.map((delta) =>
          next("response.output_text.delta", { ...PLACE, delta, ...logprobs }),
        ),
        [
          next("response.output_text.done", { ...PLACE, text, ...logprobs }),
          next("response.content_part.done", { ...PLACE, part: partOf(text, version) }),
          next("response.output_item.done", { output_index: 0, item: itemOf(text, version) }),
          next("response.completed", {
            response: { ...response(answer, version), ...ended(answer, version) },
          }),
        ].join(""),
      ];
    },
  };
}

/** Events with their numbers, the first of which is given. @param {number} first */
function numbered(first) {
  let sequence_number = first;
  /** @param {string} type @param {object} rest */
  const next = (type, rest) => {
    // Ollama writes these objects with their keys in the alphabet's order.
    const data = { type, sequence_number, ...rest };
    sequence_number += 1;
    return namedEvent(type, sorted(data));
  };
  return { next };
}

/**
 * What a response has from its start. In streams 0.13.5 tells no more than that.
 * @param {Generated} answer @param {Version} version
 */
function response({ model, body }, version) {
  const own = { id: ID, object: "response" };
  if (!isLater(version)) return own;
  const text = /** @type {{ format?: object } | undefined} */ (body["text"]);
  return {
    ...own,
    created_at: CREATED,
    completed_at: null,
    incomplete_details: null,
    model,
    previous_response_id: null,
    instructions: body["instructions"] || null,
    error: null,
    tools: body["tools"] ?? [],
    tool_choice: "auto",
    truncation: body["truncation"] ?? "disabled",
    parallel_tool_calls: true,
    text: { format: text?.format ?? { type: "text" } },
    top_p: body["top_p"] ?? 1,
    presence_penalty: 0,
    frequency_penalty: 0,
    top_logprobs: 0,
    temperature: body["temperature"] ?? 1,
    reasoning: body["reasoning"] ?? null,
    usage: null,
    max_output_tokens: body["max_output_tokens"] ?? null,
    max_tool_calls: null,
    store: false,
    background: body["background"] ?? false,
    service_tier: "default",
    metadata: {},
    safety_identifier: null,
    prompt_cache_key: null,
  };
}

/** What a response has at its end. @param {Generated} answer @param {Version} version */
function ended({ pieces }, version) {
  const counts = {
    input_tokens: PROMPT_TOKENS,
    output_tokens: pieces.length,
    total_tokens: PROMPT_TOKENS + pieces.length,
  };
  const details = {
    input_tokens_details: { cached_tokens: 0 },
    output_tokens_details: { reasoning_tokens: 0 },
  };
  return {
    status: "completed",
    ...(isLater(version) && { completed_at: CREATED }),
    output: [itemOf(pieces.join(""), version)],
    usage: isLater(version) ? { ...counts, ...details } : counts,
  };
}

/** @param {string} text @param {Version} version */
function itemOf(text, version) {
  const content = [partOf(text, version)];
  return { id: ITEM_ID, type: "message", status: "completed", role: "assistant", content };
}

/** @param {string} text @param {Version} version */
function partOf(text, version) {
  const part = { type: "output_text", text };
  return isLater(version) ? { ...part, annotations: [], logprobs: [] } : part;
}

/**
 * A value with the keys of all its objects in order.
 * @template T
 * @param {T} value
 * @returns {T}
 */
function sorted(value) {
  if (Array.isArray(value)) return /** @type {T} */ (value.map(sorted));
  if (!(value instanceof Object)) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return /** @type {T} */ (Object.fromEntries(entries.map(([key, of]) => [key, sorted(of)])));
}
