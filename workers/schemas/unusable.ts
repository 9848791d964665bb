import { DATA_KEYWORDS, KEYWORDS_OF_NAMES } from "../../src/inference/schema-keywords.ts";
import { faultAt } from "./faults.ts";
import { pointerPart } from "./pointers.ts";
import type { SchemaFault } from "./protocol.ts";

/**
 * Finds what a validator would take without a word and not hold an answer to: a property named
 * `__proto__`, and `$async`, with which a check has no result of its own.
 */
export function unusableAt(schema: unknown): SchemaFault | undefined {
  return find(schema, "#", false);
}

function find(value: unknown, path: string, isNames: boolean): SchemaFault | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [key, inner] of Object.entries(value)) {
    const at = `${path}/${pointerPart(key)}`;
    if (isNames && key === "__proto__") {
      return faultAt(at, "a property of this name cannot be checked");
    }
    if (!isNames && key === "$async") return faultAt(at, "is not taken");
    if (!isNames && key === "required" && Array.isArray(inner) && inner.includes("__proto__")) {
      return faultAt(at, "a property named __proto__ cannot be checked");
    }
    if (!isNames && DATA_KEYWORDS.has(key)) continue;
    const found = find(inner, at, !isNames && KEYWORDS_OF_NAMES.has(key));
    if (found) return found;
  }
  return undefined;
}
