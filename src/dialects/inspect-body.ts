import { loadOptions } from "../models/load-options.ts";
import { isObject } from "../runtime/is-object.ts";
import { JsonExcessError } from "../runtime/parse-json.ts";
import { TEXT_LIMITS } from "../runtime/text-limits.ts";
import { promptPrefix } from "../inference/prompt-prefix.ts";
import { readGoObject, valuesLike, type GoObject } from "./go-json.ts";

/** What the scheduler needs to know of an inference request in Ollama's or OpenAI's dialect. */
export interface BodyFacts {
  /** As the client wrote it; empty when there is none. */
  model: string;
  /** Which model the server will read is certain: the body is one JSON object, or form, that names it. */
  modelIsCertain: boolean;
  /**
   * Each text that stands for the model in the request, `model` among them. Of fields whose names
   * are equal to the letter only the last is looked at, which is the one that Go takes.
   */
  models: readonly string[];
  hasImages: boolean;
  hasAudio: boolean;
  /** There is a prompt, a message or an input; without, the request only loads or unloads. */
  hasWork: boolean;
  /** The request asks for a stream, where it says so. */
  stream: boolean | undefined;
  keepAlive: string | number | undefined;
  /** Options that take effect when a model is loaded. */
  loadOptions: Record<string, unknown> | undefined;
  /** Whether a full context slides on; from Ollama 0.30 on it counts as a load option. */
  shift: boolean | undefined;
  /** How its prompt begins, as `promptPrefix`; where fields are spelt plainly. */
  prefix: number | undefined;
  /** It could not be read here, and the server may all the same, which would find a model in it. */
  isUnread: boolean;
  /** Why the body is not read at all, and must not be sent on: a sentence for the client. */
  refusal?: string;
}

/** The models of a body that names none. */
export const NO_MODELS: readonly string[] = Object.freeze([]);

/** The facts of a body that nobody can read. */
export const NO_FACTS: BodyFacts = {
  model: "",
  modelIsCertain: false,
  models: NO_MODELS,
  hasImages: false,
  hasAudio: false,
  hasWork: false,
  stream: undefined,
  keepAlive: undefined,
  loadOptions: undefined,
  shift: undefined,
  prefix: undefined,
  isUnread: false,
};

/** The facts of a body that is written in a way of which readers may make one thing or another. */
export const UNREAD: BodyFacts = { ...NO_FACTS, isUnread: true };

/** What is read of a body, by the names that Ollama's and OpenAI's dialects have for it. */
const NAMES: ReadonlySet<string> = new Set([
  "model",
  "stream",
  "keep_alive",
  "options",
  "shift",
  "prompt",
  "messages",
  "input",
  "images",
]);

/**
 * Reads a body far enough to schedule it, as the inference server will. A body that is no JSON
 * object has no facts: it is the server's to refuse, in its own words; one with too much in it is
 * ours.
 */
export function inspectBody(bytes: Uint8Array): BodyFacts {
  try {
    const body = readGoObject(bytes, NAMES);
    return body ? factsOf(body) : NO_FACTS;
  } catch (err) {
    if (err instanceof JsonExcessError) return { ...NO_FACTS, refusal: err.message };
    throw err;
  }
}

function factsOf({ values, isPlain }: GoObject): BodyFacts {
  const models = values("model").filter(isText);
  const model = models.at(-1);
  const { hasImages, hasAudio } = mediaOf(values);
  const stream = values("stream").at(-1);
  const shift = values("shift").at(-1);
  return {
    model: model ?? "",
    modelIsCertain: isPlain && model !== undefined,
    models: models.length > 0 ? models : NO_MODELS,
    hasImages,
    hasAudio,
    hasWork: ["prompt", "messages", "input"].some((name) => values(name).some(isSomething)),
    stream: typeof stream === "boolean" ? stream : undefined,
    keepAlive: keepAliveOf(values("keep_alive").at(-1)),
    loadOptions: loadOptions(mergedOptions(values("options"))),
    shift: typeof shift === "boolean" ? shift : undefined,
    prefix: promptPrefix((name) => values(name).at(-1)),
    isUnread: false,
  };
}

function keepAliveOf(value: unknown): string | number | undefined {
  if (typeof value === "number") return value;
  // A longer one is no duration, and the server's to refuse.
  return isText(value) && value.length <= TEXT_LIMITS.duration ? value : undefined;
}

type Media = Pick<BodyFacts, "hasImages" | "hasAudio">;

/** Where a list may stand twice, what is in either of them counts: Go reads one into the other. */
function mediaOf(values: GoObject["values"]): Media {
  const media: Media = { hasImages: values("images").some(isFilled), hasAudio: false };
  for (const list of [...values("messages"), ...values("input")]) {
    if (!Array.isArray(list)) continue;
    for (const message of list) if (isObject(message)) addMediaOf(message, media);
  }
  return media;
}

function addMediaOf(message: Record<string, unknown>, media: Media): void {
  if (valuesLike(message, "images").some(isFilled)) media.hasImages = true;
  for (const content of valuesLike(message, "content")) {
    if (Array.isArray(content)) addMediaOfParts(content, media);
  }
}

function addMediaOfParts(content: unknown[], media: Media): void {
  const parts = content.filter(isObject);
  // What a tool has answered (Anthropic) has parts of its own.
  const inner = parts.flatMap((part) => valuesLike(part, "content")).filter(Array.isArray);
  for (const part of [...parts, ...inner.flat(1).filter(isObject)]) {
    for (const type of valuesLike(part, "type")) {
      if (!isText(type)) continue;
      if (IMAGE_PARTS.has(type)) media.hasImages = true;
      else if (type === AUDIO_PART) media.hasAudio = true;
    }
  }
}

/** How OpenAI's chat, its responses and Anthropic's messages name an image. */
const IMAGE_PARTS = new Set(["image_url", "input_image", "image"]);

/** How OpenAI's chat names a sound. In Ollama's own dialect it is one of the `images`. */
const AUDIO_PART = "input_audio";

/** Of several objects each adds to the others, as Go has it. */
function mergedOptions(given: unknown[]): Record<string, unknown> {
  return Object.assign({}, ...given.filter(isObject)) as Record<string, unknown>;
}

function isText(value: unknown): value is string {
  return typeof value === "string";
}

function isSomething(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === "string") return value.length > 0;
  return value !== undefined && value !== null;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}
