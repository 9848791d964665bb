import type { Fields } from "../http/fields.ts";
import type { Json, JsonObject } from "../json/go-json.ts";
import { LIMITS } from "../values/limits.ts";

/** A tool that a request offers: its name, and its whole description. */
export type OfferedTool = { readonly name: string; readonly description: JsonObject };

/**
 * The tools of a request.
 * @throws {EngineError} 400 with Go's text where a field has a wrong type.
 */
export function offeredTools(fields: Fields): OfferedTool[] {
  const tools = fields.objects("tools", "api.Tool", LIMITS.tools) ?? [];
  return tools.map((tool) => {
    const type = tool.string("type") ?? "";
    const given = tool.object("function", "api.ToolFunction");
    const name = given?.string("name") ?? "";
    const description = given?.string("description");
    const parameters = given?.object("parameters", "api.ToolFunctionParameters");
    const shape = {
      type: parameters?.string("type") ?? "",
      ...definedOnly({ $defs: parameters?.raw("$defs"), items: parameters?.raw("items") }),
      ...definedOnly({ required: parameters?.strings("required") }),
      properties: parameters?.map("properties") ?? {},
    };
    const fn = { name, ...definedOnly({ description }), parameters: shape };
    return { name, description: { type, function: fn } };
  });
}

function definedOnly(values: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
