import { setImmediate } from "node:timers/promises";
import type { StoredModel } from "../models/store.ts";
import type { Turn } from "../templates/turn.ts";
import type { Message } from "./requests.ts";

/** Puts the model's own system text first, unless the conversation has one. */
export function withSystem(turns: readonly Turn[], system: string | undefined): readonly Turn[] {
  if (system === undefined || system === "" || turns[0]?.role === "system") return turns;
  return [{ role: "system", content: system }, ...turns];
}

/** The turns that are stored with a model, which go before those of a request. */
export function storedTurns({ messages }: Pick<StoredModel, "messages">): Turn[] {
  return messages.map(({ role, content }) => ({ role, content }));
}

/** The mark in a text where an image belongs. */
const PLACE = "[img]";

/** Puts Ollama's image tags into the text: a text model reads them and ignores the pictures. */
export function tagImages(messages: readonly Message[]): Turn[] {
  let image = 0;
  return messages.map(({ imageCount, ...turn }) => {
    const tags = Array.from({ length: imageCount }, (_, index) => `[img-${image + index}]`);
    image += imageCount;
    return { ...turn, content: withTags(turn.content, tags) };
  });
}

/** Puts one tag at each mark in the text. Tags without a mark go before the text. */
function withTags(text: string, tags: readonly string[]): string {
  const parts: string[] = [];
  let used = 0;
  let end = 0;
  for (const tag of tags) {
    const at = text.indexOf(PLACE, end);
    if (at < 0) break;
    parts.push(text.slice(end, at), tag);
    end = at + PLACE.length;
    used += 1;
  }
  return [...tags.slice(used), ...parts, text.slice(end)].join("");
}

/**
 * The newest turns of a conversation, as many as `fits` accepts. System turns and the last turn
 * always stay. Other requests get their turn between two tries, until `signal` aborts.
 */
export async function newestTurns(
  turns: readonly Turn[],
  fits: (turns: readonly Turn[]) => boolean,
  signal: AbortSignal,
): Promise<readonly Turn[]> {
  const from = (first: number) =>
    turns.filter((turn, index) => index >= first || turn.role === "system");
  // Each try renders its turns. Steps that double, then halve, need few tries.
  let kept = 1;
  let tooMany = turns.length + 1;
  for (let step = 1; tooMany - kept > 1;) {
    await setImmediate();
    signal.throwIfAborted();
    const count = kept + Math.min(step, Math.floor((tooMany - kept) / 2));
    if (fits(from(turns.length - count))) {
      kept = count;
      step *= 2;
    } else {
      tooMany = count;
    }
  }
  return from(turns.length - kept);
}
