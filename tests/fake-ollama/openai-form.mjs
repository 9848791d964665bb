// @ts-check
import { CREATED, PROMPT_TOKENS } from "./figures.mjs";
import { event } from "./frames.mjs";
import { isLater } from "./version.mjs";

/** @typedef {import("./forms.mjs").Generated} Generated */
/** @typedef {import("./forms.mjs").TextForm} TextForm */

/**
 * @typedef {object} Chunk
 * @property {object} content
 * @property {string | null} finish_reason
 */

/**
 * @typedef {object} OpenAiForm
 * @property {string} id
 * @property {{ object: string, content: (text: string) => object }} whole
 * @property {{ object: string, sequence: (pieces: string[]) => Chunk[] }} chunks
 * @property {object} [usage] is on every chunk of a stream that is to have one
 */

/** @param {import("./version.mjs").Version} version @returns {TextForm} */
export function chatCompletionsForm(version) {
  return openAiForm({
    id: "chatcmpl-1",
    whole: { object: "chat.completion", content: (text) => ({ message: says(text) }) },
    chunks: {
      object: "chat.completion.chunk",
      sequence: isLater(version)
        ? deltas
        : (pieces) => finished(pieces, (text) => ({ delta: says(text) })),
    },
  });
}

/** @returns {TextForm} */
export function completionsForm() {
  return openAiForm({
    id: "cmpl-1",
    whole: { object: "text_completion", content: (text) => ({ text }) },
    chunks: {
      object: "text_completion",
      sequence: (pieces) => finished(pieces, (text) => ({ text })),
    },
    // A reader that takes the first usage it meets reads these.
    usage: usageOf(0, 0),
  });
}

/** A message of a model. @param {string} content */
export function says(content) {
  return { role: "assistant", content };
}

/** @param {OpenAiForm} form @returns {TextForm} */
function openAiForm({ id, whole, chunks, usage }) {
  /** @param {string} model @param {string} object @param {Chunk[]} choices */
  const envelope = (model, object, choices) => ({
    id,
    object,
    created: CREATED,
    model,
    system_fingerprint: "fp_ollama",
    choices: choices.map(({ content, finish_reason }) => ({ index: 0, ...content, finish_reason })),
  });
  return {
    streams: false,
    streamHeaders: { "Content-Type": "text/event-stream" },
    whole: ({ model, pieces }) => ({
      ...envelope(model, whole.object, [
        { content: whole.content(pieces.join("")), finish_reason: "stop" },
      ]),
      usage: usageOf(PROMPT_TOKENS, pieces.length),
    }),
    stream: ({ model, pieces, body }) => {
      const wantsUsage = /** @type {any} */ (body["stream_options"])?.include_usage === true;
      const sent = chunks.sequence(pieces).map((chunk) =>
        event({
          ...envelope(model, chunks.object, [chunk]),
          ...(wantsUsage && usage ? { usage } : {}),
        }),
      );
      const figures = {
        ...envelope(model, chunks.object, []),
        usage: usageOf(PROMPT_TOKENS, pieces.length),
      };
      const end = `${sent.at(-1)}${wantsUsage ? event(figures) : ""}data: [DONE]\n\n`;
      return [...sent.slice(0, -1), end];
    },
  };
}

/** Each piece alike, then an empty one that ends. @param {string[]} pieces @param {(text: string) => object} content @returns {Chunk[]} */
function finished(pieces, content) {
  const chunks = pieces.map((text) => ({ content: content(text), finish_reason: null }));
  return [...chunks, { content: content(""), finish_reason: "stop" }];
}

/** Only the first has a role, the last has nothing but the end. @param {string[]} pieces @returns {Chunk[]} */
function deltas(pieces) {
  const [first = "", ...others] = pieces;
  const contents = [says(first), ...others.map((content) => ({ content }))];
  const chunks = contents.map((delta) => ({ content: { delta }, finish_reason: null }));
  return [...chunks, { content: { delta: {} }, finish_reason: "stop" }];
}

/** @param {number} prompt @param {number} completion */
function usageOf(prompt, completion) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}
