import sharp from "sharp";
import { onTestFinished } from "vitest";
import { FakeOllama, type FakeOptions, type Reply } from "./fake-ollama.ts";

/** An image as it arrived at the model. */
export interface SeenImage {
  /** Index of its message; -1 for the images of `/api/generate`. */
  message: number;
  /** By the content: jpeg, png, webp … */
  format: string;
  /** Pixels as stored: an EXIF orientation is not applied, as a model would not. */
  width: number;
  height: number;
  bytes: number;
  channels: number;
  hasAlpha: boolean;
  /** EXIF orientation 1–8; null without one. */
  orientation: number | null;
}

/** What the answer of a seeing model says that it was shown. */
export interface Seen {
  images: SeenImage[];
  /** The text of each message; of `/api/generate` the prompt. */
  texts: string[];
}

/** An image as a request has it; `url` for OpenAI's parts, which need a data URL's head. */
interface Shown {
  message: number;
  text: string;
  form: "base64" | "url";
}

const MODELS = ["eyes:latest", "fake:latest"];
const PIECE_LENGTH = 40;

/**
 * Starts a fake with a vision model and a text model, both in memory, that ends with the test.
 * Either answers with JSON text of what it was shown, see `seenBy`; images that Ollama would
 * not take are refused with status 400.
 */
export async function startSeeingOllama(options: FakeOptions = {}): Promise<FakeOllama> {
  const ollama = await openSeeingOllama(options);
  onTestFinished(() => ollama.stop());
  return ollama;
}

/** The same, for several tests: the caller stops it. */
export async function openSeeingOllama(options: FakeOptions = {}): Promise<FakeOllama> {
  const given = { models: MODELS, vision: ["eyes:latest"], ...options };
  const ollama = new FakeOllama({ reply: look, ...given });
  await ollama.start();
  ollama.inMemory.push(...given.models);
  return ollama;
}

/** Reads the whole text of a seeing model's answer. */
export function seenBy(answerText: string): Seen {
  return JSON.parse(answerText) as Seen;
}

const look: Reply = async (path, body) => {
  const { shown, texts } = path === "/api/generate" ? inPrompt(body) : inMessages(body);
  const images: SeenImage[] = [];
  for (const image of shown) {
    const bytes = decoded(image);
    if ("refused" in bytes) return bytes;
    const seen = await seenImage(image.message, bytes).catch(() => undefined);
    if (!seen) return { refused: "invalid image: unknown format" };
    images.push(seen);
  }
  return pieces(JSON.stringify({ images, texts } satisfies Seen));
};

function inPrompt({ prompt, images }: Record<string, unknown>): {
  shown: Shown[];
  texts: string[];
} {
  return { shown: bare(-1, images), texts: [asText(prompt)] };
}

function inMessages({ messages }: Record<string, unknown>): { shown: Shown[]; texts: string[] } {
  const list = listOf(messages);
  return {
    shown: list.flatMap(({ images, content }, i) => [...bare(i, images), ...inParts(i, content)]),
    texts: list.map(({ content }) => asText(content)),
  };
}

/** Images in Ollama's form. */
function bare(message: number, images: unknown): Shown[] {
  const texts: unknown[] = Array.isArray(images) ? images : [];
  return texts.map((text) => ({ message, text: String(text), form: "base64" }));
}

/** Images in OpenAI's form. */
function inParts(message: number, content: unknown): Shown[] {
  return listOf(content)
    .filter(({ type }) => type === "image_url")
    .map(({ image_url: image }) => {
      const url = image instanceof Object && "url" in image ? image.url : image;
      return { message, text: String(url), form: "url" };
    });
}

/** A message's text: its content, or the text parts of it, one a line. */
function asText(content: unknown): string {
  if (typeof content === "string") return content;
  const texts = listOf(content).filter(({ type }) => type === "text");
  return texts.map(({ text }) => String(text)).join("\n");
}

function listOf(value: unknown): Record<string, unknown>[] {
  return Array.isArray(value) ? (value as Record<string, unknown>[]) : [];
}

function decoded({ text, form }: Shown): Buffer | { refused: string } {
  if (form === "base64") return fromBase64(text);
  if (/^https?:/.test(text)) {
    const advice = "please use base64 encoded data instead";
    return { refused: `image URLs are not currently supported, ${advice}` };
  }
  const head = /^data:(image\/(jpeg|jpg|png|webp))?;base64,/.exec(text)?.[0];
  const bytes = head === undefined ? undefined : fromBase64(text.slice(head.length));
  return bytes === undefined || "refused" in bytes ? { refused: "invalid image input" } : bytes;
}

/** Reads base64 as Go does: with its padding, line breaks ignored. */
function fromBase64(text: string): Buffer | { refused: string } {
  const line = text.replaceAll(/[\r\n]/g, "");
  const bytes = Buffer.from(line, "base64");
  if (bytes.toString("base64") === line) return bytes;
  const at = line.search(/[^A-Za-z0-9+/]/);
  return { refused: `illegal base64 data at input byte ${at < 0 ? line.length : at}` };
}

async function seenImage(message: number, bytes: Buffer): Promise<SeenImage> {
  const image = sharp(bytes, { failOn: "error" });
  const { format, width, height, channels, hasAlpha, orientation } = await image.metadata();
  // The head alone would let a picture pass that is cut off.
  await image.clone().raw().toBuffer();
  return {
    message,
    format,
    width,
    height,
    bytes: bytes.length,
    channels,
    hasAlpha,
    orientation: orientation ?? null,
  };
}

/** Short pieces, so that a streamed answer has several. */
function pieces(text: string): string[] {
  const count = Math.ceil(text.length / PIECE_LENGTH);
  return Array.from({ length: count }, (_, i) =>
    text.slice(i * PIECE_LENGTH, (i + 1) * PIECE_LENGTH),
  );
}
