import type { Turn } from "./turn.ts";

/** The layout of models whose stored template is ChatML. */
export function renderChatml(turns: readonly Turn[]): string {
  const rendered = merged(turns).map(
    ({ role, content }) => `<|im_start|>${role}\n${content}<|im_end|>\n`,
  );
  return `${rendered.join("")}<|im_start|>assistant\n`;
}

/** A model without a template gets its text as it is. */
export function renderPlain(turns: readonly Turn[]): string {
  return turns.map(({ content }) => content).join("\n\n");
}

/** Merges neighbouring turns of one role, as Ollama does; calls and results stay separate. */
export function merged(turns: readonly Turn[]): Turn[] {
  const result: Turn[] = [];
  for (const turn of turns) {
    const last = result.at(-1);
    const calls = [...(turn.toolCalls ?? []), ...(last?.toolCalls ?? [])];
    if (last?.role === turn.role && turn.role !== "tool" && calls.length === 0) {
      result[result.length - 1] = { ...last, content: `${last.content}\n\n${turn.content}` };
    } else {
      result.push(turn);
    }
  }
  return result;
}
