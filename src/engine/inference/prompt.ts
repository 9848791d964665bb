import { INSTALL_OLLAMA, notOffered } from "../errors.ts";
import type { StoredModel } from "../models/store.ts";
import type { Message } from "./requests.ts";

type Turn = { readonly role: string; readonly content: string };

/**
 * The only chat layout the engine's models use; a model without a template gets its text as it is.
 */
const CHATML_MARK = "<|im_start|>";

/**
 * The text a model continues.
 * @throws {EngineError} 400 when the model's template is of another kind.
 */
export function renderPrompt(model: StoredModel, turns: readonly Turn[]): string {
  const template = model.template?.trim() ?? "";
  if (template === "" || template === "{{ .Prompt }}") {
    return turns.map(({ content }) => content).join("\n\n");
  }
  if (!template.includes(CHATML_MARK)) {
    throw notOffered("this model's chat template", INSTALL_OLLAMA);
  }
  const rendered = merged(turns).map(
    ({ role, content }) => `${CHATML_MARK}${role}\n${content}<|im_end|>\n`,
  );
  return `${rendered.join("")}${CHATML_MARK}assistant\n`;
}

/** The model's own system text goes first unless the conversation brings one. */
export function withSystem(turns: readonly Turn[], system: string | undefined): readonly Turn[] {
  if (system === undefined || system === "" || turns[0]?.role === "system") return turns;
  return [{ role: "system", content: system }, ...turns];
}

/** Puts Ollama's image tags into the text: a text model reads them and ignores the pictures. */
export function tagImages(messages: readonly Message[]): Turn[] {
  let image = 0;
  return messages.map(({ role, content, imageCount }) => {
    let text = content;
    let before = "";
    for (let left = imageCount; left > 0; left -= 1) {
      const tag = `[img-${image}]`;
      if (text.includes("[img]")) text = text.replace("[img]", tag);
      else before += tag;
      image += 1;
    }
    return { role, content: before + text };
  });
}

/**
 * The conversation without its oldest turns, as many as `fits` asks for. System turns and the last
 * one stay.
 */
export function dropOldest(
  turns: readonly Turn[],
  fits: (turns: readonly Turn[]) => boolean,
): readonly Turn[] {
  for (let from = 0; from < turns.length - 1; from += 1) {
    const kept = turns.filter((turn, index) => index >= from || turn.role === "system");
    if (fits(kept)) return kept;
  }
  return turns.filter((turn, index) => index >= turns.length - 1 || turn.role === "system");
}

/** Neighbours of one role become one turn. */
function merged(turns: readonly Turn[]): Turn[] {
  const result: Turn[] = [];
  for (const turn of turns) {
    const last = result.at(-1);
    if (last?.role === turn.role && turn.role !== "tool") {
      result[result.length - 1] = { ...last, content: `${last.content}\n\n${turn.content}` };
    } else {
      result.push(turn);
    }
  }
  return result;
}
