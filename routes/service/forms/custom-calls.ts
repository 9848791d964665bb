import { customNames, withCustomCalls, type Tool } from "../../../src/dialects/tools.ts";
import type { OllamaAnswer } from "../../../src/inference/answers.ts";
import type { AnswerShape } from "../answer.ts";

/** A shape that shows calls of custom tools as such: Ollama calls all tools functions. */
export function showingCustomCalls(
  shape: AnswerShape,
  tools: readonly Tool[] | undefined,
): AnswerShape {
  const names = customNames(tools);
  if (names.size === 0) return shape;
  async function* marked(lines: AsyncGenerator<OllamaAnswer>): AsyncGenerator<OllamaAnswer> {
    for await (const line of lines) yield withCustomCalls(line, names);
  }
  return {
    ...shape,
    whole: (answer, record) => shape.whole(withCustomCalls(answer, names), record),
    frames: (lines, record, onError) => shape.frames(marked(lines), record, onError),
  };
}
