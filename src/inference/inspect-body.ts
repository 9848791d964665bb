import { JsonExcessError, parseJson } from "../runtime/parse-json.ts";

/** What the scheduler needs to know of an inference request in Ollama's or OpenAI's dialect. */
export interface BodyFacts {
  /** As the client wrote it; empty when there is none. */
  model: string;
  /** Which model the server will read is certain: the body is JSON and names it once. */
  modelIsCertain: boolean;
  hasImages: boolean;
  /** There is a prompt, a message or an input; without, the request only loads or unloads. */
  hasWork: boolean;
  /** The request asks for a stream, where it says so. */
  stream: boolean | undefined;
  keepAlive: string | number | undefined;
  /** Options that take effect when a model is loaded. */
  loadOptions: Record<string, unknown> | undefined;
  /** Why the body is not read at all, and must not be sent on: a sentence for the client. */
  refusal?: string;
}

const NOTHING: BodyFacts = {
  model: "",
  modelIsCertain: false,
  hasImages: false,
  hasWork: false,
  stream: undefined,
  keepAlive: undefined,
  loadOptions: undefined,
};

/** Options whose change makes Ollama load the model anew. */
const LOAD_OPTIONS = ["num_ctx", "num_batch", "num_gpu", "main_gpu", "use_mmap", "num_thread"];

/**
 * Reads a body far enough to schedule it. A body that is no JSON object has no facts: it is the
 * inference server's to refuse, in its own words; one with too much in it is ours.
 */
export function inspectBody(bytes: Uint8Array): BodyFacts {
  let body: unknown;
  try {
    body = parseJson(bytes);
  } catch (err) {
    return err instanceof JsonExcessError ? { ...NOTHING, refusal: err.message } : NOTHING;
  }
  return isObject(body) ? factsOf(body) : NOTHING;
}

function factsOf(body: Record<string, unknown>): BodyFacts {
  const model = field(body, "model");
  const stream = field(body, "stream");
  const keepAlive = field(body, "keep_alive");
  return {
    model: typeof model === "string" ? model : "",
    modelIsCertain: keysLike(body, "model").length === 1,
    hasImages: hasImages(body),
    hasWork: ["prompt", "messages", "input"].some((name) => isSomething(field(body, name))),
    stream: typeof stream === "boolean" ? stream : undefined,
    keepAlive:
      typeof keepAlive === "string" || typeof keepAlive === "number" ? keepAlive : undefined,
    loadOptions: loadOptions(field(body, "options")),
  };
}

/** A field by its name; Ollama's decoder compares names without case, and the last one counts. */
function field(body: Record<string, unknown>, name: string): unknown {
  const key = keysLike(body, name).at(-1);
  return key === undefined ? undefined : body[key];
}

function keysLike(body: Record<string, unknown>, name: string): string[] {
  return Object.keys(body).filter((k) => k.length === name.length && k.toLowerCase() === name);
}

function hasImages(body: Record<string, unknown>): boolean {
  if (isFilled(field(body, "images"))) return true;
  const messages = field(body, "messages") ?? field(body, "input");
  if (!Array.isArray(messages)) return false;
  return messages.some(
    (message) =>
      isObject(message) &&
      (isFilled(field(message, "images")) || hasImagePart(field(message, "content"))),
  );
}

function hasImagePart(content: unknown): boolean {
  if (!Array.isArray(content)) return false;
  return content.some(
    (part) => isObject(part) && typeof part["type"] === "string" && IMAGE_PARTS.has(part["type"]),
  );
}

/** How OpenAI's chat, its responses and Anthropic's messages name an image. */
const IMAGE_PARTS = new Set(["image_url", "input_image", "image"]);

function loadOptions(options: unknown): Record<string, unknown> | undefined {
  if (!isObject(options)) return undefined;
  const chosen = LOAD_OPTIONS.filter(
    // They are the client's, of any shape; others than these no server takes.
    (name) => typeof options[name] === "number" || typeof options[name] === "boolean",
  );
  if (chosen.length === 0) return undefined;
  return Object.fromEntries(chosen.map((name) => [name, options[name]]));
}

function isSomething(value: unknown): boolean {
  if (Array.isArray(value) || typeof value === "string") return value.length > 0;
  return value !== undefined && value !== null;
}

function isFilled(value: unknown): boolean {
  return Array.isArray(value) && value.length > 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
