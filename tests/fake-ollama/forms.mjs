// @ts-check
// How each path with inference writes its answers.
import { messagesForm } from "./messages-form.mjs";
import { nativeForm } from "./native-form.mjs";
import { says, chatCompletionsForm, completionsForm } from "./openai-form.mjs";
import { responsesForm } from "./responses-form.mjs";
import { TRANSCRIPTION_FORM } from "./transcription-form.mjs";
import { isLater } from "./version.mjs";

/** @typedef {import("./version.mjs").Version} Version */

/**
 * A text that was generated.
 * @typedef {object} Generated
 * @property {string} model as the request names it
 * @property {import("./models.mjs").Remote | undefined} remote where it was generated, if not here
 * @property {string[]} pieces
 * @property {import("./figures.mjs").Timing} timing
 * @property {number} promptTokens that were read
 * @property {Record<string, unknown>} body of the request
 */

/**
 * How a path writes a text.
 * @typedef {object} TextForm
 * @property {boolean} streams unless the request says otherwise
 * @property {Record<string, string>} streamHeaders
 * @property {(text: Generated) => object | string} whole a string where the answer is plain text
 * @property {(text: Generated) => string} [opening] what a stream has before its first piece
 * @property {(text: Generated) => string[]} stream one for each piece, and one for the end
 * @property {(body: Record<string, unknown>) => object | undefined} [loaded] the answer to a
 * request that only loads its model; undefined where it asks for more
 * @property {(body: Record<string, unknown>) => string | undefined} [refusal] why a request is
 * answered with status 400, before its model is looked for
 */

/** @param {Version} version @returns {Record<string, TextForm>} */
export function textForms(version) {
  return {
    "/api/generate": nativeForm("prompt", (text) => ({ response: text })),
    "/api/chat": nativeForm("messages", (text) => ({ message: says(text) })),
    "/v1/chat/completions": chatCompletionsForm(version),
    "/v1/completions": completionsForm(),
    "/v1/responses": responsesForm(version),
    ...(isLater(version) && {
      "/v1/messages": messagesForm(),
      "/v1/audio/transcriptions": TRANSCRIPTION_FORM,
    }),
  };
}
