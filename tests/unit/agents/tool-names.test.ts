import { describe, expect, it } from "vitest";
import { ToolNames } from "../../../src/agents/tool-names.ts";
import { tool } from "../../support/scripted-run.ts";

const client = (name: string) => ({ type: "function" as const, function: { name } });

function namesOf(options: Partial<ConstructorParameters<typeof ToolNames>[0]>): string[] {
  const names = new ToolNames({ mcp: [], allowed: undefined, client: [], ...options });
  return names.offered.map(({ function: { name } }) => name);
}

describe("the names of tools", () => {
  it("are their own where they are the only ones, else with their server's before", () => {
    const mcp = [tool("find", "books"), tool("find", "films"), tool("add", "books")];
    expect(namesOf({ mcp })).toEqual(["books__find", "films__find", "add"]);
  });

  it("leave a client's function its name", () => {
    expect(namesOf({ mcp: [tool("find", "books")], client: [client("find")] })).toEqual([
      "books__find",
      "find",
    ]);
  });

  it("have only characters that are taken, are no longer than is taken, and differ", () => {
    const mcp = [tool("a/b", "s"), tool("a.b", "s"), tool("x".repeat(100), "s")];
    const names = namesOf({ mcp });
    expect(new Set(names).size).toBe(3);
    for (const name of names) expect(name).toMatch(/^[A-Za-z0-9_-]{1,64}$/);
  });

  it("are known of tools that are not allowed, which are not offered", () => {
    const mcp = [tool("read", "files"), tool("erase", "files"), tool("read", "mail")];
    for (const allowed of [["erase"], ["files__erase"], ["files.erase"]]) {
      const names = new ToolNames({ mcp, allowed, client: [] });
      expect(names.offered.map(({ function: { name } }) => name)).toEqual(["erase"]);
      expect(names.find("files__read")).toMatchObject({ kind: "mcp", isAllowed: false });
      expect(names.find("nothing")).toBeUndefined();
    }
    expect(namesOf({ mcp, allowed: ["read"] })).toEqual(["files__read", "mail__read"]);
    expect(namesOf({ mcp, allowed: ["mail__read"] })).toEqual(["mail__read"]);
    expect(namesOf({ mcp, allowed: [] })).toEqual([]);
  });
});
