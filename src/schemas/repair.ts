import type { SchemaFault } from "../../workers/schemas/protocol.ts";
import type { OllamaRequest } from "../inference/runner.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import type { StrictSchema } from "../inference/answer-schema.ts";

/** Characters of an answer, and of a schema, that the model is shown again. */
const MOST_SHOWN = 8000;

/** The request for another answer, in which the model sees the first and what is wrong with it. */
export function repairRequest(
  request: OllamaRequest & { strict: StrictSchema },
  answer: string,
  faults: SchemaFault[],
): OllamaRequest {
  const { body, strict } = request;
  const shown = answer.slice(0, MOST_SHOWN);
  const asked = askAgain(strict.schema, faults);
  const { messages, prompt } = body;
  if (Array.isArray(messages)) {
    const more = [
      { role: "assistant", content: shown },
      { role: "user", content: asked },
    ];
    return { ...request, body: { ...body, messages: [...(messages as unknown[]), ...more] } };
  }
  const again = `${String(prompt)}\n\nThis was the answer:\n${shown}\n\n${asked}`;
  return { ...request, body: { ...body, prompt: again } };
}

function askAgain(schema: Record<string, unknown>, faults: SchemaFault[]): string {
  const text = JSON.stringify(schema);
  const list = faults.map(({ path, message }) => `- ${path === "" ? "" : `${path}: `}${message}`);
  return [
    "The answer is wrong: it does not match the JSON Schema that was given for it.",
    ...list,
    ...(text.length <= MOST_SHOWN ? [`The schema: ${text}`] : []),
    "Answer again, with nothing but JSON that matches the schema.",
  ].join("\n");
}

/** The figures of an answer that say what it took. */
const FIGURES = [
  "prompt_eval_count",
  "prompt_eval_duration",
  "eval_count",
  "eval_duration",
  "load_duration",
  "total_duration",
];

/** An answer that says what it and the one before it took together. */
export function withFiguresOf(before: OllamaAnswer, answer: OllamaAnswer): OllamaAnswer {
  const sums = FIGURES.map((name) => [name, sum(before[name], answer[name])] as const);
  return { ...answer, ...Object.fromEntries(sums.filter(([, figure]) => figure !== undefined)) };
}

function sum(a: unknown, b: unknown): unknown {
  return typeof a === "number" && typeof b === "number" ? a + b : (b ?? a);
}
