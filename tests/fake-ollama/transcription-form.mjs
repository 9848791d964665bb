// @ts-check
/**
 * The form of a recording's text. Its request is a form of fields, and its answer no stream.
 * @type {import("./forms.mjs").TextForm}
 */
export const TRANSCRIPTION_FORM = {
  streams: false,
  streamHeaders: {},
  refusal: ({ model, file }) => {
    if (!model) return "model is required";
    if (!(file instanceof Blob)) return "file is required: http: no such file";
    return file.size > 0 ? undefined : "audio file is empty";
  },
  whole: ({ pieces, body }) => {
    const text = pieces.join("").trim();
    return body["response_format"] === "text" ? text : { text };
  },
  stream: ({ pieces }) => pieces,
};
