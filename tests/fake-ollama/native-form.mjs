// @ts-check
import { CREATED_AT, durationsOf } from "./figures.mjs";
import { line } from "./frames.mjs";

/** @typedef {import("./forms.mjs").Generated} Generated */

/**
 * The form of Ollama's own paths.
 * @param {string} asks the field without which a request only loads its model
 * @param {(text: string) => object} content
 * @returns {import("./forms.mjs").TextForm}
 */
export function nativeForm(asks, content) {
  /** @param {{ model: unknown, remote?: Generated["remote"] }} of @param {string} text @param {object} rest */
  const object = ({ model, remote }, text, rest) => ({
    model,
    ...remote,
    created_at: CREATED_AT,
    ...content(text),
    ...rest,
  });
  /** @param {Generated} answer */
  const end = ({ pieces, timing, promptTokens }) => ({
    done: true,
    done_reason: "stop",
    ...durationsOf(timing),
    prompt_eval_count: promptTokens,
    eval_count: pieces.length,
  });
  return {
    streams: true,
    streamHeaders: { "Content-Type": "application/x-ndjson" },
    whole: (answer) => object(answer, answer.pieces.join(""), end(answer)),
    stream: (answer) => [
      ...answer.pieces.map((text) => line(object(answer, text, { done: false }))),
      line(object(answer, "", end(answer))),
    ],
    loaded: ({ model, [asks]: asked }) =>
      isEmpty(asked) ? object({ model }, "", { done: true, done_reason: "load" }) : undefined,
  };
}

/** @param {unknown} value */
function isEmpty(value) {
  return !value || (Array.isArray(value) && value.length === 0);
}
