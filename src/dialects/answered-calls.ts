import { isObject } from "../runtime/is-object.ts";
import { JsonExcessError, parseFlatJson } from "../runtime/parse-json.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import { callSchema } from "./call-schema.ts";
import { textOf } from "../inference/answer-text.ts";
import {
  maySendSeveral,
  mustCall,
  offeredTools,
  toolName,
  toOllamaTool,
  type ToolRequest,
} from "./tools.ts";

/**
 * What a request says of tools, as fields of Ollama's body. A `format` is there where a call has to
 * be made: Ollama knows no choice of tools, but holds an answer to a schema. It wins over a format
 * of the request's own, since such an answer has no text.
 * @throws ServiceError as `offeredTools`.
 */
export function toolFields(request: ToolRequest): {
  tools?: Record<string, unknown>[];
  format?: Record<string, unknown>;
} {
  const offered = offeredTools(request);
  if (offered.length === 0) return {};
  const several = maySendSeveral(request);
  return {
    tools: offered.map(toOllamaTool),
    ...(mustCall(request) ? { format: callSchema(offered, { several }) } : {}),
  };
}

/** How calls are known in an answer. */
export interface CallRules {
  /** Names of custom tools. */
  custom: ReadonlySet<string>;
  /** Names in calls that are written as the answer's text, where it was held to their schema. */
  inText: ReadonlySet<string> | undefined;
  /** Calls after the first are left out. */
  onlyOne: boolean;
}

/** The rules of a request's answer; undefined where it offers no tool. @throws as `toolFields`. */
export function callRules(request: ToolRequest): CallRules | undefined {
  const offered = offeredTools(request);
  if (offered.length === 0) return undefined;
  const custom = offered.filter(({ type }) => type === "custom");
  return {
    custom: new Set(custom.map(toolName)),
    inText: mustCall(request) ? new Set(offered.map(toolName)) : undefined,
    onlyOne: !maySendSeveral(request),
  };
}

/** An answer of Ollama with its calls by the rules; what is none is text. */
export function withCalls(answer: OllamaAnswer, rules: CallRules): OllamaAnswer {
  const said = checkedCalls(answer, rules);
  if (rules.inText === undefined || hasCalls(said)) return said;
  return withWrittenCalls(said, textOf(said), rules);
}

/**
 * The lines of a stream with their calls by the rules. Text that has to be calls is held until all of
 * it is there: before that nobody knows whether it is.
 */
export async function* linesWithCalls(
  lines: AsyncGenerator<OllamaAnswer>,
  rules: CallRules,
): AsyncGenerator<OllamaAnswer> {
  let hasCalled = false;
  let held = "";
  const rated: unknown[] = [];
  const ids = new Set<unknown>();
  for await (const line of lines) {
    let said = checkedCalls(line, rules, ids);
    if (hasCalls(said)) {
      if (rules.onlyOne && hasCalled) said = withMessage(said, { tool_calls: undefined });
      hasCalled = true;
    }
    if (rules.inText === undefined || hasCalled) {
      yield held === "" ? said : withMessage(said, { content: held + textOf(said) });
      held = "";
      continue;
    }
    const { logprobs, ...unrated } = said;
    if (Array.isArray(logprobs)) rated.push(...(logprobs as unknown[]));
    const isFirst = held === "";
    held += textOf(said);
    if (line["done"] === true) {
      const whole = rated.length > 0 ? { ...unrated, logprobs: rated } : unrated;
      yield withWrittenCalls(whole, held, rules);
    } else if (isFirst) {
      // Whoever waits sees that there is an answer.
      yield withMessage(unrated, { content: "" });
    }
  }
}

/** A call as Ollama has it. */
interface OllamaCall {
  id?: unknown;
  /** Set here: Ollama calls all tools functions. */
  type?: "custom";
  function: { name: string; arguments: object };
}

/** An answer in which what is no call is text, as its client will see it: whole, or a line of it. */
export function withCallsOrText(answer: OllamaAnswer): OllamaAnswer {
  return hasCalls(answer) ? checkedCalls(answer, { custom: new Set(), onlyOne: false }) : answer;
}

/**
 * Calls of an answer that are calls; the others are text of it.
 * @param ids of the answer's calls so far, which no further one may have: results go by them.
 */
function checkedCalls(
  answer: OllamaAnswer,
  { custom, onlyOne }: Pick<CallRules, "custom" | "onlyOne">,
  ids: Set<unknown> = new Set(),
): OllamaAnswer {
  const given = callsOf(answer);
  if (given === undefined) return answer;
  const read = given.map((call) => withOwnId(readCall(call), ids));
  const calls = read.filter((call) => call !== undefined).map((call) => marked(call, custom));
  const rest = given.filter((_, i) => read[i] === undefined).map((call) => JSON.stringify(call));
  const texts = [textOf(answer), ...rest].filter((text) => text !== "");
  return withMessage(answer, {
    content: texts.join("\n"),
    tool_calls: calls.length === 0 ? undefined : calls.slice(0, onlyOne ? 1 : undefined),
  });
}

/** An answer whose text is calls, as calls; with this text, where it is something else. */
function withWrittenCalls(answer: OllamaAnswer, text: string, rules: CallRules): OllamaAnswer {
  // Calls that were cut off are no calls to make.
  const calls = answer["done_reason"] === "length" ? undefined : writtenCalls(text, rules);
  if (!calls) return withMessage(answer, { content: text });
  const made = calls.slice(0, rules.onlyOne ? 1 : undefined);
  return withMessage(answer, {
    content: "",
    tool_calls: made.map((call) => marked(call, rules.custom)),
  });
}

/** The calls that a text is; undefined where it is something else. */
function writtenCalls(text: string, { inText }: CallRules): OllamaCall[] | undefined {
  const value = jsonIn(text);
  const calls = (Array.isArray(value) ? value : [value]).map((call) =>
    readCall({ function: call }),
  );
  const areCalls = calls.every((call) => call && inText?.has(call.function.name));
  return areCalls && calls.length > 0 ? (calls as OllamaCall[]) : undefined;
}

/**
 * A call that has a name and an object of arguments; some servers give their text. What kind of
 * tool it means is ours to say (`marked`), whatever the server calls it.
 */
function readCall(call: unknown): OllamaCall | undefined {
  if (!isObject(call) || !isObject(call["function"])) return undefined;
  const { name, arguments: given } = call["function"];
  const made = argumentsIn(given);
  if (typeof name !== "string" || name.trim() === "" || !isObject(made)) return undefined;
  return { id: call["id"], function: { name, arguments: made } };
}

/** Arguments that are left out are none. */
function argumentsIn(given: unknown): unknown {
  if (typeof given === "string" && given !== "") return jsonIn(given);
  return given === "" ? {} : (given ?? {});
}

/** A call whose id another one has gets none, and so a new one. */
function withOwnId(call: OllamaCall | undefined, ids: Set<unknown>): OllamaCall | undefined {
  if (call && ids.has(call.id)) return { ...call, id: undefined };
  ids.add(call?.id);
  return call;
}

function marked(call: OllamaCall, custom: ReadonlySet<string>): OllamaCall {
  return custom.has(call.function.name) ? { ...call, type: "custom" } : call;
}

function jsonIn(text: string): unknown {
  try {
    return parseFlatJson(text);
  } catch (err) {
    if (err instanceof SyntaxError || err instanceof JsonExcessError) return undefined;
    throw err;
  }
}

function callsOf({ message }: OllamaAnswer): unknown[] | undefined {
  if (!isObject(message)) return undefined;
  const { tool_calls: calls } = message;
  return Array.isArray(calls) && calls.length > 0 ? calls : undefined;
}

function hasCalls(answer: OllamaAnswer): boolean {
  return callsOf(answer) !== undefined;
}

function withMessage(answer: OllamaAnswer, changed: object): OllamaAnswer {
  const { message } = answer;
  return { ...answer, message: { ...(isObject(message) ? message : {}), ...changed } };
}
