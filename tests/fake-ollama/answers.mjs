// @ts-check
// What Ollama answers on its inference paths, in each of its dialects. Dates stand still, so that
// equal requests have equal answers.

export const VERSION = "0.13.5";

const CREATED_AT = "2026-01-01T00:00:00Z";
const CREATED = 1_767_225_600;
const PROMPT_TOKENS = 7;
const TOKENS_OF_EMBEDDED_TEXT = 3;

/**
 * How long the parts of an inference take, in milliseconds.
 * @typedef {object} Timing
 * @property {number} loadMs until its model was in memory
 * @property {number} firstMs from then to the head and the first byte of the answer
 * @property {number} bodyMs from the first byte to the last
 */

/** What an inference that takes no time is said to have taken: a real one takes some. */
const UNTIMED = { loadMs: 1, firstMs: 2, bodyMs: 2 };

/**
 * A text that was generated.
 * @typedef {object} Generated
 * @property {string} model as the request names it
 * @property {string[]} pieces
 * @property {Timing} timing
 * @property {Record<string, unknown>} body of the request
 */

/**
 * How a path writes a text.
 * @typedef {object} TextForm
 * @property {boolean} streams unless the request says otherwise
 * @property {string} streamType
 * @property {(text: Generated) => object} whole
 * @property {(text: Generated) => string[]} stream one for each piece, and one for the end
 * @property {(body: Record<string, unknown>) => object | undefined} [loaded] the answer to a
 * request that only loads its model; undefined where it asks for more
 */

/** @type {Record<string, TextForm>} */
export const TEXT_FORMS = {
  "/api/generate": nativeForm("prompt", (text) => ({ response: text })),
  "/api/chat": nativeForm("messages", (text) => ({ message: says(text) })),
  "/v1/chat/completions": openAiForm({
    id: "chatcmpl-1",
    whole: { object: "chat.completion", content: (text) => ({ message: says(text) }) },
    chunk: { object: "chat.completion.chunk", content: (text) => ({ delta: says(text) }) },
  }),
  "/v1/completions": openAiForm({
    id: "cmpl-1",
    whole: { object: "text_completion", content: (text) => ({ text }) },
    chunk: { object: "text_completion", content: (text) => ({ text }) },
    // A reader that takes the first usage it meets reads these.
    usage: usageOf(0, 0),
  }),
};

/**
 * How a path writes vectors.
 * @typedef {object} VectorForm
 * @property {(body: Record<string, unknown>) => unknown[]} texts
 * @property {(made: { model: string, vectors: number[][], timing: Timing }) => object} whole
 */

/** @type {Record<string, VectorForm>} */
export const VECTOR_FORMS = {
  "/api/embed": {
    texts: ({ input }) => listOf(input),
    whole: ({ model, vectors, timing }) => {
      if (vectors.length === 0) return { model, embeddings: [] };
      const { total_duration, load_duration } = durationsOf(timing);
      const counts = { total_duration, load_duration, prompt_eval_count: tokensOf(vectors) };
      return { model, embeddings: vectors, ...counts };
    },
  },
  "/api/embeddings": {
    texts: ({ prompt }) => listOf(prompt),
    whole: ({ vectors: [embedding = []] }) => ({ embedding }),
  },
  "/v1/embeddings": {
    texts: ({ input }) => listOf(input),
    whole: ({ model, vectors }) => ({
      object: "list",
      data: vectors.map((embedding, index) => ({ object: "embedding", embedding, index })),
      model,
      usage: { prompt_tokens: tokensOf(vectors), total_tokens: tokensOf(vectors) },
    }),
  },
};

/**
 * An error's body in the dialect of its path.
 * @param {string} path
 * @param {number} status
 * @param {string} message
 */
export function errorBody(path, status, message) {
  if (!path.startsWith("/v1/")) return { error: message };
  const type = status === 400 ? "invalid_request_error" : "api_error";
  return { error: { message, type, param: null, code: null } };
}

/**
 * A model in the list of installed models.
 * @param {string} name
 * @param {string} digest
 */
export function modelEntry(name, digest) {
  const details = { family: "llama" };
  return { name, model: name, modified_at: CREATED_AT, size: 1000, digest, details };
}

/**
 * A model in the list of those in memory.
 * @param {ReturnType<typeof modelEntry>} entry
 */
export function loadedEntry(entry) {
  return { ...entry, size_vram: 0, expires_at: "2099-01-01T00:00:00Z" };
}

/**
 * @param {string} asks the field without which a request only loads its model
 * @param {(text: string) => object} content
 * @returns {TextForm}
 */
function nativeForm(asks, content) {
  /** @param {unknown} model @param {string} text @param {object} rest */
  const object = (model, text, rest) => ({
    model,
    created_at: CREATED_AT,
    ...content(text),
    ...rest,
  });
  /** @param {Generated} answer */
  const end = ({ pieces, timing }) => ({
    done: true,
    done_reason: "stop",
    ...durationsOf(timing),
    prompt_eval_count: PROMPT_TOKENS,
    eval_count: pieces.length,
  });
  return {
    streams: true,
    streamType: "application/x-ndjson",
    whole: (answer) => object(answer.model, answer.pieces.join(""), end(answer)),
    stream: (answer) => [
      ...answer.pieces.map((text) => line(object(answer.model, text, { done: false }))),
      line(object(answer.model, "", end(answer))),
    ],
    loaded: ({ model, [asks]: asked }) =>
      isEmpty(asked) ? object(model, "", { done: true, done_reason: "load" }) : undefined,
  };
}

/**
 * @typedef {object} OpenAiShape
 * @property {string} object
 * @property {(text: string) => object} content
 */

/**
 * @param {{ id: string, whole: OpenAiShape, chunk: OpenAiShape, usage?: object }} form
 * `usage` is on every chunk of a stream that is to have one
 * @returns {TextForm}
 */
function openAiForm({ id, whole, chunk, usage }) {
  /** @param {string} model @param {string} object @param {object[]} choices */
  const envelope = (model, object, choices) => ({
    id,
    object,
    created: CREATED,
    model,
    system_fingerprint: "fp_ollama",
    choices,
  });
  /** @param {OpenAiShape} shape @param {string} text @param {string | null} finish_reason */
  const choice = (shape, text, finish_reason) => [
    { index: 0, ...shape.content(text), finish_reason },
  ];
  return {
    streams: false,
    streamType: "text/event-stream",
    whole: ({ model, pieces }) => ({
      ...envelope(model, whole.object, choice(whole, pieces.join(""), "stop")),
      usage: usageOf(PROMPT_TOKENS, pieces.length),
    }),
    stream: ({ model, pieces, body }) => {
      const wantsUsage = /** @type {any} */ (body["stream_options"])?.include_usage === true;
      /** @param {string} text @param {string | null} finishReason */
      const sent = (text, finishReason) =>
        event({
          ...envelope(model, chunk.object, choice(chunk, text, finishReason)),
          ...(wantsUsage && usage ? { usage } : {}),
        });
      const figures = {
        ...envelope(model, chunk.object, []),
        usage: usageOf(PROMPT_TOKENS, pieces.length),
      };
      const end = `${sent("", "stop")}${wantsUsage ? event(figures) : ""}data: [DONE]\n\n`;
      return [...pieces.map((text) => sent(text, null)), end];
    },
  };
}

/** @param {Timing} timing */
function durationsOf(timing) {
  const isTimed = timing.loadMs + timing.firstMs + timing.bodyMs > 0;
  const { loadMs, firstMs, bodyMs } = isTimed ? timing : UNTIMED;
  return {
    total_duration: nanoseconds(loadMs + firstMs + bodyMs),
    load_duration: nanoseconds(loadMs),
    prompt_eval_duration: nanoseconds(firstMs),
    eval_duration: nanoseconds(bodyMs),
  };
}

/** @param {number} ms */
function nanoseconds(ms) {
  return Math.round(ms * 1e6);
}

/** @param {number[][]} vectors */
function tokensOf(vectors) {
  return vectors.length * TOKENS_OF_EMBEDDED_TEXT;
}

/** @param {number} prompt @param {number} completion */
function usageOf(prompt, completion) {
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
  };
}

/** @param {string} content */
function says(content) {
  return { role: "assistant", content };
}

/** @param {unknown} value */
function isEmpty(value) {
  return !value || (Array.isArray(value) && value.length === 0);
}

/** The texts of a request for vectors. @param {unknown} value @returns {unknown[]} */
function listOf(value) {
  return isEmpty(value) ? [] : [value].flat();
}

/** @param {object} value */
function line(value) {
  return `${JSON.stringify(value)}\n`;
}

/** @param {object} value */
function event(value) {
  return `data: ${JSON.stringify(value)}\n\n`;
}
