/** A message as the service takes it; images only for its route of images. */
export interface ChatMessage {
  role: "system" | "user" | "assistant";
  content: string | ContentPart[];
}

type ContentPart =
  | { type: "text"; text: string }
  | { type: "image_url"; image_url: { url: string } };

/** What is asked of the service, and on which route. */
export interface ChatQuestion {
  path: "/api/v1/chat" | "/api/v1/vlm";
  body: { model?: string; messages: ChatMessage[] };
}

/** A message with its images in front, as models of vision are trained on. */
export function userMessage(text: string, images: readonly string[] = []): ChatMessage {
  if (images.length === 0) return { role: "user", content: text };
  const parts = images.map((url) => ({ type: "image_url" as const, image_url: { url } }));
  return { role: "user", content: [...parts, { type: "text", text }] };
}

/** The route and the body for some messages. */
export function questionOf(messages: ChatMessage[], model: string | undefined): ChatQuestion {
  const hasImages = messages.some(({ content }) => typeof content !== "string");
  return {
    path: hasImages ? "/api/v1/vlm" : "/api/v1/chat",
    body: { ...(model === undefined ? {} : { model }), messages },
  };
}

/** What was said so far, and who is asked. */
export class Conversation {
  model: string | undefined;
  system: string | undefined;
  #messages: ChatMessage[] = [];

  constructor({ model, system }: { model?: string | undefined; system?: string | undefined }) {
    this.model = model;
    this.system = system;
  }

  get length(): number {
    return this.#messages.length;
  }

  /** The question for a further message, which is not yet part of the conversation. */
  question(message: ChatMessage): ChatQuestion {
    const system: ChatMessage[] = this.system ? [{ role: "system", content: this.system }] : [];
    return questionOf([...system, ...this.#messages, message], this.model);
  }

  /** Adds a question and its answer, as far as it has come. */
  add(message: ChatMessage, answer: string): void {
    this.#messages.push(message, { role: "assistant", content: answer });
  }

  clear(): void {
    this.#messages = [];
  }
}
