import { MESSAGE_ROLES, type ModelfileMessage } from "../modelfile/fields.ts";
import { isObject } from "../../runtime/is-object.ts";

/** An example in the one form that training reads, or what keeps it from being one. */
export type ExampleResult = { messages: ModelfileMessage[] } | { problem: string };

/** The forms with one question and one answer, by their fields. */
const PAIR_FORMS = [
  { question: "instruction", context: "input", answer: "output" },
  { question: "prompt", context: undefined, answer: "completion" },
  { question: "question", context: undefined, answer: "answer" },
] as const;

const FORMS_IN_WORDS =
  "messages, instruction and output, prompt and completion, question and answer";

/** A problem found on the way. It never leaves this file. */
class ExampleProblem extends Error {}

/**
 * A JSON value as an example. Chats have `messages`; pairs of a question and an answer may have a
 * `system` prompt, an instruction an `input` too. Other fields are passed over: most data has ids
 * and sources.
 */
export function exampleOf(value: unknown): ExampleResult {
  try {
    if (!isObject(value)) throw new ExampleProblem("is not a JSON object");
    const messages = Object.hasOwn(value, "messages") ? chat(value["messages"]) : pair(value);
    return { messages };
  } catch (err) {
    if (err instanceof ExampleProblem) return { problem: err.message };
    throw err;
  }
}

function chat(list: unknown): ModelfileMessage[] {
  if (!Array.isArray(list)) throw new ExampleProblem("'messages' is not a list");
  const messages = list.map(message);
  const lateSystem = messages.findLastIndex(({ role }) => role === "system");
  if (lateSystem > 0) throw new ExampleProblem(`messages[${lateSystem}] is a late system message`);
  if (!messages.some(({ role }) => role === "user")) {
    throw new ExampleProblem("'messages' has none of the user");
  }
  if (messages.at(-1)?.role !== "assistant") {
    throw new ExampleProblem("'messages' does not end with an answer of the assistant");
  }
  return messages;
}

function message(value: unknown, index: number): ModelfileMessage {
  const name = `messages[${index}]`;
  if (!isObject(value)) throw new ExampleProblem(`${name} is not an object`);
  const role = MESSAGE_ROLES.find((known) => known === value["role"]);
  if (!role) throw new ExampleProblem(`${name} has a role other than ${MESSAGE_ROLES.join(", ")}`);
  // Without its tool calls or its weight an answer would teach something else.
  const other = Object.keys(value).find(
    (key) => key !== "role" && key !== "content" && value[key] !== null,
  );
  if (other !== undefined) {
    throw new ExampleProblem(`${name} has '${other.slice(0, 40)}' beside role and content`);
  }
  return { role, content: text(value["content"], `the content of ${name}`) };
}

function pair(record: Record<string, unknown>): ModelfileMessage[] {
  const form =
    PAIR_FORMS.find(({ question }) => Object.hasOwn(record, question)) ??
    PAIR_FORMS.find(({ answer }) => Object.hasOwn(record, answer));
  if (!form) throw new ExampleProblem(`has no example's fields: ${FORMS_IN_WORDS}`);
  const question = text(record[form.question], `'${form.question}'`);
  const context = form.context && optionalText(record[form.context], `'${form.context}'`);
  const system = optionalText(record["system"], "'system'");
  return [
    ...(system === undefined ? [] : [{ role: "system" as const, content: system }]),
    { role: "user", content: context === undefined ? question : `${question}\n\n${context}` },
    { role: "assistant", content: text(record[form.answer], `'${form.answer}'`) },
  ];
}

function text(value: unknown, name: string): string {
  if (value === undefined) throw new ExampleProblem(`${name} is missing`);
  if (typeof value !== "string") throw new ExampleProblem(`${name} is not text`);
  if (value.trim() === "") throw new ExampleProblem(`${name} is empty`);
  return value;
}

/** Many data sets have the field in each line, and leave it empty. */
function optionalText(value: unknown, name: string): string | undefined {
  return value === undefined || value === null || value === "" ? undefined : text(value, name);
}
