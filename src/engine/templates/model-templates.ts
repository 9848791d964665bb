import { readGguf } from "../models/gguf/header.ts";
import type { StoredModel } from "../models/store.ts";
import { type ChatTemplate, chatTemplate } from "./chat-template.ts";

type Templated = Pick<StoredModel, "template" | "weightsPath" | "weightsDigest">;

/** Models are few; the oldest goes when there are more. */
const MAX_KNOWN = 64;

/** The templates of the models in use; a weights file is looked into once. */
export class ModelTemplates {
  readonly #known = new Map<string, Promise<ChatTemplate>>();

  /** @throws {GgufError} when the weights file cannot be read. */
  async of(model: Templated): Promise<ChatTemplate> {
    const key = `${model.weightsDigest} ${model.template ?? ""}`;
    const found = this.#known.get(key);
    if (found) return found;
    const read = readTemplate(model);
    this.#known.set(key, read);
    read.catch(() => this.#known.delete(key));
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KNOWN && oldest !== undefined) this.#known.delete(oldest);
    return read;
  }
}

async function readTemplate({ template, weightsPath }: Templated): Promise<ChatTemplate> {
  const { metadata } = await readGguf(weightsPath);
  const own = metadata["tokenizer.chat_template"];
  return chatTemplate(template, typeof own === "string" ? own : undefined);
}
