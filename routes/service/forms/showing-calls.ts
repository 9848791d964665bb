import { callRules, linesWithCalls, withCalls } from "../../../src/dialects/answered-calls.ts";
import type { ToolRequest } from "../../../src/dialects/tools.ts";
import type { AnswerShape } from "../answer.ts";

/** A shape that shows the calls of a request's tools. @throws ServiceError as `callRules`. */
export function showingCalls(shape: AnswerShape, request: ToolRequest): AnswerShape {
  const rules = callRules(request);
  if (!rules) return shape;
  return {
    ...shape,
    whole: (answer, record) => shape.whole(withCalls(answer, rules), record),
    frames: (lines, record, onError) => shape.frames(linesWithCalls(lines, rules), record, onError),
  };
}
