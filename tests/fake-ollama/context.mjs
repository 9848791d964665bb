// @ts-check
// What becomes of prompts that are longer than the context. A word is a token.
import { PROMPT_TOKENS } from "./figures.mjs";
import { isLater } from "./version.mjs";

/** @typedef {Record<string, unknown>} Body */

/**
 * @typedef {object} Context
 * @property {number | undefined} contextLength tokens, where a request says nothing; undefined: no end
 * @property {import("./version.mjs").Version} version
 */

/** Tokens that both versions keep of a prompt's beginning (`num_keep`). */
const KEPT_AT_START = 4;

/** Paths whose requests say what is to become of a prompt; on the others it is cut. */
const SAYING_PATHS = new Set(["/api/chat", "/api/generate", "/api/embed"]);

/**
 * Why a request is refused for its length, once its model is there. Later versions hand on what
 * llama.cpp's server says, and cannot cut a prompt with images.
 * @param {string} path
 * @param {Body} body
 * @param {Context} context
 * @returns {string | undefined}
 */
export function lengthRefusal(path, body, context) {
  const overflow = SAYING_PATHS.has(path) ? overflowOf(body, context) : undefined;
  if (!overflow) return undefined;
  const isLlamaServer = isLater(context.version) && path !== "/api/embed";
  if (body["truncate"] !== false && !(isLlamaServer && hasImages(body))) return undefined;
  if (!isLlamaServer) return "the input length exceeds the context length";
  const { tokens, limit } = overflow;
  const message = `request (${tokens} tokens) exceeds the available context size (${limit} tokens), try increasing it`;
  const type = "exceed_context_size_error";
  return JSON.stringify({
    error: { code: 400, message, type, n_prompt_tokens: tokens, n_ctx: limit },
  });
}

/**
 * Tokens of a prompt as the model reads it: of one that is cut what is left.
 * @param {Body} body
 * @param {Context} context
 */
export function tokensRead(body, context) {
  const overflow = overflowOf(body, context);
  if (!overflow) return PROMPT_TOKENS;
  const { limit } = overflow;
  // The later ones make room for the answer at once.
  return isLater(context.version) ? limit - ((limit - KEPT_AT_START) >> 1) : limit;
}

/** @param {Body} body @param {Context} context */
function overflowOf(body, { contextLength, version }) {
  const options = /** @type {Body} */ (body["options"] ?? {});
  const limit = Number(options["num_ctx"] ?? contextLength ?? Number.POSITIVE_INFINITY);
  if (limit === Number.POSITIVE_INFINITY) return undefined;
  const tokens = Math.max(0, ...promptsOf(body).map((text) => text.match(/\S+/g)?.length ?? 0));
  // llama.cpp's server leaves room for a token of the answer.
  return tokens > (isLater(version) ? limit - 1 : limit) ? { tokens, limit } : undefined;
}

/** The texts that have to fit, each by itself. @param {Body} body @returns {string[]} */
function promptsOf({ system, prompt, messages, input }) {
  if (input !== undefined) return [input].flat().map(String);
  const contents = messagesIn(messages).map(({ content }) => content);
  return [[system, prompt, ...contents].filter((text) => typeof text === "string").join(" ")];
}

/** @param {Body} body */
function hasImages({ images, messages }) {
  return [{ images }, ...messagesIn(messages)].some(
    (one) => Array.isArray(one.images) && one.images.length > 0,
  );
}

/** @param {unknown} messages @returns {Body[]} */
function messagesIn(messages) {
  return Array.isArray(messages) ? messages.filter((one) => one && typeof one === "object") : [];
}
