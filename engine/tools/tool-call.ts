import { type JsonObject, isJsonObject } from "../json/go-json.ts";

/** A call by the model, as Ollama's answers carry it. */
export type ToolCall = {
  readonly id: string;
  readonly function: {
    readonly index: number;
    readonly name: string;
    readonly arguments: JsonObject;
  };
};

/** A call that a model has written: the tool and its arguments. */
export type WrittenCall = { readonly name: string; readonly arguments: JsonObject };

const LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789";
const ID_LENGTH = 8;

/** A new id of a call. */
export function toolCallId(random: () => number = Math.random): string {
  const letter = () => LETTERS.charAt(Math.floor(random() * LETTERS.length));
  return `call_${Array.from({ length: ID_LENGTH }, letter).join("")}`;
}

/**
 * The calls in a JSON text: one, or a list of them. `undefined` when the text is something else, or
 * names a tool that was not offered.
 */
export function readCalls(text: string, names: ReadonlySet<string>): WrittenCall[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const calls = (Array.isArray(value) ? value : [value]).map((item) => readCall(item, names));
  return calls.length > 0 && calls.every((call) => call !== undefined) ? calls : undefined;
}

function readCall(value: unknown, names: ReadonlySet<string>): WrittenCall | undefined {
  if (!isJsonObject(value)) return undefined;
  // Some templates show the call the way OpenAI's API nests it.
  const {
    name,
    arguments: own,
    parameters = own,
  } = isJsonObject(value["function"]) ? value["function"] : value;
  if (typeof name !== "string" || !names.has(name)) return undefined;
  if (parameters === undefined || parameters === null) return { name, arguments: {} };
  const given = typeof parameters === "string" ? parseArguments(parameters) : parameters;
  return isJsonObject(given) ? { name, arguments: given } : undefined;
}

/** Parses arguments that are a string; `undefined` when it is no JSON object. */
export function parseArguments(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
