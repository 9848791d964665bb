import { createHash } from "node:crypto";
import type { McpTool } from "../mcp/mcp-tools.ts";
import type { StoredTool } from "./stored-tool.ts";

/** What a name that a model calls stands for. */
export type NamedTool =
  | {
      kind: "mcp";
      tool: McpTool;
      /** False: it is none of the agent's `allowed_tools`, and never called. */
      isAllowed: boolean;
    }
  | { kind: "client"; tool: StoredTool };

/** A tool as a model is told of it. */
export interface OfferedTool {
  type: "function";
  function: { name: string; description?: string | undefined; parameters: object };
}

interface ToolNamesOptions {
  mcp: readonly McpTool[];
  /** Undefined: all of them. */
  allowed: readonly string[] | undefined;
  /** Functions that the client runs; of two with a name the last counts. */
  client: readonly StoredTool[];
}

/** What models' templates and OpenAI take as the name of a function. */
const LONGEST_NAME = 64;
const HASH_CHARS = 6;

/**
 * The tools of a run by the names that its model knows. A tool of an MCP server has its own name
 * where that is the only one, else the server's before it.
 */
export class ToolNames {
  /** In the same order each time, so that a prompt begins as the one before. */
  readonly offered: readonly OfferedTool[];
  readonly #byName = new Map<string, NamedTool>();
  /** Those of MCP servers that may be used. */
  readonly #allowed = new Set<McpTool>();

  constructor({ mcp, allowed, client }: ToolNamesOptions) {
    const offered: OfferedTool[] = [];
    for (const tool of client) this.#byName.set(tool.function.name, { kind: "client", tool });
    const plain = mcp.map(({ name }) => wellFormed(name));
    const isUnique = (name: string): boolean =>
      !this.#byName.has(name) && plain.indexOf(name) === plain.lastIndexOf(name);
    const names = mcp.map(({ server, name }, i) => {
      const own = plain[i] ?? "";
      return isUnique(own) ? own : wellFormed(`${server}__${name}`);
    });
    for (const [i, tool] of mcp.entries()) {
      const name = this.#free(names[i] ?? "", tool);
      const isAllowed = isNamed(allowed, tool, name);
      this.#byName.set(name, { kind: "mcp", tool, isAllowed });
      if (!isAllowed) continue;
      this.#allowed.add(tool);
      const { description, inputSchema: parameters } = tool;
      offered.push({ type: "function", function: { name, description, parameters } });
    }
    for (const named of this.#byName.values()) {
      if (named.kind === "mcp") continue;
      const { name, description, parameters = {} } = named.tool.function;
      offered.push({ type: "function", function: { name, description, parameters } });
    }
    this.offered = offered;
  }

  find(name: string): NamedTool | undefined {
    return this.#byName.get(name);
  }

  /** The tools of MCP servers by their names, also such as may not be used. */
  *ofServers(): Generator<readonly [string, McpTool]> {
    for (const [name, named] of this.#byName) if (named.kind === "mcp") yield [name, named.tool];
  }

  /** Whether one of the MCP servers' tools may be used, by whatever name the list has it. */
  isAllowed(tool: McpTool): boolean {
    return this.#allowed.has(tool);
  }

  /** Two tools of a server may differ in what no name has. */
  #free(name: string, { server, name: own }: McpTool): string {
    return this.#byName.has(name) ? hashed(name, `${server}\n${own}`) : name;
  }
}

/**
 * Whether a list has a tool: by its own name, with its server's before it, or as its model knows it.
 * @param list undefined: it has all.
 */
export function isNamed(
  list: readonly string[] | undefined,
  { server, name }: McpTool,
  shown: string = name,
): boolean {
  if (list === undefined) return true;
  return [name, `${server}__${name}`, `${server}.${name}`, shown].some((one) => list.includes(one));
}

/** A name of the characters that are taken, no longer than is taken. */
function wellFormed(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]/g, "_");
  const isWhole = plain === name && name.length <= LONGEST_NAME;
  return isWhole ? name : hashed(plain, name);
}

function hashed(name: string, of: string): string {
  const hash = createHash("sha256").update(of).digest("hex").slice(0, HASH_CHARS);
  return `${name.slice(0, LONGEST_NAME - HASH_CHARS - 1)}_${hash}`;
}
