import { JsonExcessError, parseFlatJson, parseJson } from "../runtime/parse-json.ts";
import { McpFault } from "./mcp-fault.ts";
import { MAX_MESSAGE_VALUES } from "./message-limits.ts";

/** Shorter ones cannot have too many values. */
const UNCOUNTED_BYTES = 65_536;

/**
 * A line of a server as JSON; undefined for one that is none: many servers print a greeting.
 * @throws McpFault for more values or levels than can be worked on.
 */
export function parseMessage(line: Buffer): object | undefined {
  try {
    const value =
      line.length > UNCOUNTED_BYTES ? parseJson(line, MAX_MESSAGE_VALUES) : parseFlatJson(line);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch (err) {
    if (err instanceof JsonExcessError) throw new McpFault("sent more JSON than can be read", err);
    return undefined;
  }
}
