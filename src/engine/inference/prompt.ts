import type { StoredModel } from "../models/store.ts";
import type { Message, Turn } from "./requests.ts";

/** The model's own system text goes first unless the conversation brings one. */
export function withSystem(turns: readonly Turn[], system: string | undefined): readonly Turn[] {
  if (system === undefined || system === "" || turns[0]?.role === "system") return turns;
  return [{ role: "system", content: system }, ...turns];
}

/** The turns that a model brings along go before those of a request. */
export function storedTurns({ messages }: Pick<StoredModel, "messages">): Turn[] {
  return messages.map(({ role, content }) => ({ role, content }));
}

/** Puts Ollama's image tags into the text: a text model reads them and ignores the pictures. */
export function tagImages(messages: readonly Message[]): Turn[] {
  let image = 0;
  return messages.map(({ imageCount, ...turn }) => {
    let text = turn.content;
    let before = "";
    for (let left = imageCount; left > 0; left -= 1) {
      const tag = `[img-${image}]`;
      if (text.includes("[img]")) text = text.replace("[img]", tag);
      else before += tag;
      image += 1;
    }
    return { ...turn, content: before + text };
  });
}

/**
 * The newest turns of a conversation, as many as `fits` lets through. System turns and the last one
 * stay in any case.
 */
export function newestTurns(
  turns: readonly Turn[],
  fits: (turns: readonly Turn[]) => boolean,
): readonly Turn[] {
  const from = (first: number) =>
    turns.filter((turn, index) => index >= first || turn.role === "system");
  let kept = from(turns.length - 1);
  for (let first = turns.length - 2; first >= 0; first -= 1) {
    const more = from(first);
    if (!fits(more)) return kept;
    kept = more;
  }
  return kept;
}
