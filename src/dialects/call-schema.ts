import { DATA_KEYWORDS, KEYWORDS_OF_NAMES } from "../inference/schema-keywords.ts";
import { type Tool, toolName, toolParameters } from "./tools.ts";

type Schema = Record<string, unknown>;

/**
 * Calls that one answer has at most where it is held to them: a model that finds no end would fill
 * its context.
 */
const MOST_CALLS = 8;

/**
 * The JSON Schema of an answer that calls some of these tools: `{name, arguments}`, or a list of
 * that where several calls may be made. Ollama knows no choice of tools, but holds an answer to a
 * schema.
 */
export function callSchema(tools: readonly Tool[], { several }: { several: boolean }): Schema {
  const definitions: [string, Schema][] = [];
  const byName = new Map<string, Tool[]>();
  for (const tool of tools) {
    const same = byName.get(toolName(tool));
    if (same) same.push(tool);
    else byName.set(toolName(tool), [tool]);
  }
  const calls = [...byName].map(([name, same]): Schema => {
    const forms = same.map((tool) => argumentsOf(tool, definitions));
    const properties = { name: { const: name }, arguments: anyOf(forms) };
    return {
      type: "object",
      properties,
      required: ["name", "arguments"],
      additionalProperties: false,
    };
  });
  const call = anyOf(calls);
  return {
    ...(several ? { type: "array", items: call, minItems: 1, maxItems: MOST_CALLS } : call),
    ...(definitions.length > 0 ? { $defs: Object.fromEntries(definitions) } : {}),
  };
}

function anyOf(schemas: Schema[]): Schema {
  const [only] = schemas;
  return schemas.length === 1 && only ? only : { anyOf: schemas };
}

/**
 * The schema of a tool's arguments, at its place in a larger one. One that refers to parts of itself
 * becomes a definition there: its references begin at the root.
 */
function argumentsOf(tool: Tool, definitions: [string, Schema][]): Schema {
  const { $schema: _dialect, $id: _id, ...own } = toolParameters(tool);
  // Arguments are an object, whatever is said of them.
  const parameters = { ...own, type: "object" };
  const name = `tool${definitions.length}`;
  const at = `#/$defs/${name}`;
  let refers = false;
  const moved = withReferences(parameters, (ref) => {
    refers ||= ref.startsWith("#");
    return ref === "#" || ref.startsWith("#/") ? `${at}${ref.slice(1)}` : ref;
  });
  if (!refers) return parameters;
  definitions.push([name, moved as Schema]);
  return { $ref: at };
}

/**
 * A schema with other references. What is taken is nested less deep than the stack is.
 * @param isNames whether the fields are names, as those of `properties` are, and no keywords.
 */
function withReferences(
  value: unknown,
  change: (ref: string) => string,
  isNames: boolean = false,
): unknown {
  if (Array.isArray(value)) return value.map((entry) => withReferences(entry, change));
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, field]: [string, unknown]) => {
    if (isNames) return [key, withReferences(field, change)] as const;
    if (key === "$ref" && typeof field === "string") return [key, change(field)] as const;
    if (DATA_KEYWORDS.has(key)) return [key, field] as const;
    return [key, withReferences(field, change, KEYWORDS_OF_NAMES.has(key))] as const;
  });
  return Object.fromEntries(entries);
}
