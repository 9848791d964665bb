import { digestOf } from "../models/digests.ts";
import { readGguf } from "../models/gguf/header.ts";
import type { StoredModel } from "../models/store.ts";
import { SizedCache } from "../sized-cache.ts";
import { type ChatTemplate, chatTemplate } from "./chat-template.ts";

type Templated = Pick<StoredModel, "template" | "weightsPath" | "weightsDigest">;

/**
 * Characters of the cached templates: hundreds of usual ones, or some of the largest that are
 * rendered.
 */
const MAX_KNOWN_CHARS = 2 << 20;
/** Characters of a cached template beside its text. */
const OVERHEAD_CHARS = 1_000;

type Known = { readonly template: ChatTemplate; readonly chars: number };

/** The templates of the models in use. Each weights file is read once. */
export class ModelTemplates {
  readonly #known = new SizedCache<ChatTemplate>(MAX_KNOWN_CHARS);
  /** Templates that are being read; requests for one model share the read. */
  readonly #reading = new Map<string, Promise<Known>>();

  /** @throws {GgufError} when the weights file cannot be read. */
  async of(model: Templated): Promise<ChatTemplate> {
    const key = `${model.weightsDigest} ${digestOf(model.template ?? "")}`;
    const found = this.#known.get(key);
    if (found) return found;
    const reading = this.#reading.get(key) ?? readTemplate(model);
    this.#reading.set(key, reading);
    try {
      const { template, chars } = await reading;
      this.#known.set(key, template, chars + OVERHEAD_CHARS);
      return template;
    } finally {
      this.#reading.delete(key);
    }
  }
}

async function readTemplate({ template: layer, weightsPath }: Templated): Promise<Known> {
  const { metadata } = await readGguf(weightsPath);
  const own = metadata["tokenizer.chat_template"];
  const jinja = typeof own === "string" ? own : undefined;
  const chars = (layer?.length ?? 0) + (jinja?.length ?? 0);
  return { template: chatTemplate(layer, jinja), chars };
}
