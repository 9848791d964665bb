import { MESSAGE_ROLES, MODELFILE_LIMITS, modelfileError, type ModelfileFields } from "./fields.ts";
import { assertNamed } from "./named-model.ts";
import { KIND_IN_WORDS, PARAMETER_KINDS, valid } from "./parameters.ts";
import { plainVersion } from "./plain-version.ts";

/**
 * Writes a Modelfile that `parseModelfile`, and `ollama create`, read as these fields.
 * @throws ServiceError `invalid_request` for what no Modelfile can say.
 */
export function writeModelfile(fields: ModelfileFields): string {
  const { bytes, lines } = MODELFILE_LIMITS;
  const text = [...instructionLines(fields)].map((line) => `${line}\n`).join("");
  if (Buffer.byteLength(text) > bytes) {
    throw modelfileError(`the text would be longer than ${bytes / 1_048_576} MiB`);
  }
  if (text.split(LINE_END).length - 1 > lines) {
    throw modelfileError(`there would be more than ${lines} lines`);
  }
  return text;
}

function* instructionLines(fields: ModelfileFields): Generator<string> {
  const { from, adapter, draft, requires, parameters, messages = [], license = [] } = fields;
  assertNamed("FROM", from);
  yield `FROM ${from}`;
  for (const [keyword, name] of Object.entries({ ADAPTER: adapter, DRAFT: draft })) {
    if (name === undefined) continue;
    assertNamed(keyword, name);
    yield `${keyword} ${name}`;
  }
  for (const keyword of ["template", "system", "renderer", "parser"] as const) {
    const text = fields[keyword];
    if (text) yield `${keyword.toUpperCase()} ${quoted(keyword.toUpperCase(), text)}`;
  }
  if (requires !== undefined) {
    const version = plainVersion(requires);
    if (version === undefined) throw modelfileError("REQUIRES is no version, such as 0.14.0");
    yield `REQUIRES ${version}`;
  }
  yield* parameterLines(parameters ?? {});
  assertCount(license, "licenses");
  for (const text of license) if (text !== "") yield `LICENSE ${quoted("LICENSE", text)}`;
  assertCount(messages, "messages");
  for (const { role, content } of messages) {
    if (!MESSAGE_ROLES.includes(role)) {
      throw modelfileError(`a message's role is one of ${MESSAGE_ROLES.join(", ")}`);
    }
    yield `MESSAGE ${role} ${quoted("MESSAGE", content)}`;
  }
}

function* parameterLines(parameters: Record<string, unknown>): Generator<string> {
  for (const [name, given] of Object.entries(parameters)) {
    const kind = PARAMETER_KINDS.get(name);
    if (!kind) throw modelfileError(`'${name}' is no parameter of a model`);
    const value = valid(kind, given);
    if (value === undefined) throw modelfileError(`${name} is not ${KIND_IN_WORDS[kind]}`);
    if (Array.isArray(value)) {
      assertCount(value, "stop");
      for (const text of value) yield `PARAMETER ${name} ${quoted(name, text)}`;
    } else {
      yield `PARAMETER ${name} ${value}`;
    }
  }
}

function assertCount(list: unknown[], what: "licenses" | "messages" | "stop"): void {
  const most = MODELFILE_LIMITS[what];
  if (list.length > most) throw modelfileError(`${what}: there are more than ${most}`);
}

const LINE_END = /\r\n?|\n/;

/**
 * A text as a value: as it is where that can be, else in quotes. There is no escape in a Modelfile,
 * so that no text can have the closing quotes at the end of a line of its own.
 */
function quoted(what: string, text: string): string {
  if (/[^\P{Cc}\t\n\r]/u.test(text)) {
    throw modelfileError(`${what} has control characters, which no Modelfile can hold`);
  }
  const lines = text.split(LINE_END);
  const isPlain = lines.length === 1 && text !== "" && text.trim() === text;
  if (isPlain && !text.startsWith('"')) return text;
  if (lines.length === 1 && !text.includes('"')) return `"${text}"`;
  if (lines.slice(0, -1).some((line) => line.trimEnd().endsWith('"""'))) {
    throw modelfileError(`${what} has a line that ends with """, which no Modelfile can hold`);
  }
  return `"""${text}"""`;
}
