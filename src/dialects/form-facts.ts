import type { Span } from "../images/json-cursor.ts";
import { bufferOf } from "../runtime/buffer-of.ts";
import { TEXT_LIMITS } from "../runtime/text-limits.ts";
import { readFormParts, type FormPart } from "./form-parts.ts";
import { NO_FACTS, NO_MODELS, UNREAD, type BodyFacts } from "./inspect-body.ts";

/** What else of a request tells how its form is read. */
export interface FormHead {
  contentType: string;
  /** What stands behind the path's question mark: Go takes a field from there first. */
  query: string;
}

/** The fields that OpenAI's forms have for images. */
const IMAGE_FIELDS: ReadonlySet<string> = new Set(["image", "image[]", "mask"]);

/** The field that OpenAI's forms have for a sound. */
const AUDIO_FIELD = "file";

/** Longer is no model's name: as many characters as tell, of four bytes each. */
const MAX_NAME_BYTES = 4 * (TEXT_LIMITS.modelName + 1);

/** How a decoder shows bytes that are no UTF-8. */
const NOT_UTF8 = "\ufffd";

/**
 * Reads a form (multipart/form-data) far enough to schedule it. One that is not written the plain
 * way stays unread.
 */
export function inspectForm(bytes: Uint8Array, { contentType, query }: FormHead): BodyFacts {
  const parts = readFormParts(bufferOf(bytes), contentType);
  if (!parts) return UNREAD;
  const named = parts.filter(isModel);
  const models = [...new URLSearchParams(query).getAll("model"), ...named.map(textOf)];
  const [model = ""] = models;
  const isPlain = models.length === 1 && named.length === 1 && named.every(isField);
  return {
    ...NO_FACTS,
    model,
    modelIsCertain: isPlain && !model.includes(NOT_UTF8),
    models: models.length > 0 ? models : NO_MODELS,
    hasImages: parts.some(({ name, type }) => IMAGE_FIELDS.has(name) || isOf("image", type)),
    hasAudio: parts.some(({ name, type }) => name === AUDIO_FIELD || isOf("audio", type)),
    // Nothing loads a model by a form.
    hasWork: true,
    stream: streamOf(parts),
  };
}

function isModel({ name }: FormPart): boolean {
  return name === "model";
}

/** Where the model stands in a form that names it for certain. */
export function formModelSpan(bytes: Uint8Array, { contentType }: FormHead): Span | undefined {
  const body = bufferOf(bytes);
  const value = readFormParts(body, contentType)?.find(isModel)?.value;
  if (!value) return undefined;
  const start = value.byteOffset - body.byteOffset;
  return { start, end: start + value.byteLength };
}

/** A file under a field's name is none of the form's values for Go. */
function isField({ isFile }: FormPart): boolean {
  return !isFile;
}

function textOf({ value }: FormPart): string {
  return value.toString("utf8", 0, MAX_NAME_BYTES);
}

function isOf(kind: string, type: string): boolean {
  return type.startsWith(`${kind}/`);
}

function streamOf(parts: FormPart[]): boolean | undefined {
  const given = parts.find(({ name }) => name === "stream");
  const text = given && textOf(given);
  return text === "true" || text === "false" ? text === "true" : undefined;
}
