import { readFile, writeFile } from "node:fs/promises";
import Driver from "libsql";
import { describe, expect, it } from "vitest";
import * as tasks from "../../../workers/request-store/agents/tasks.ts";
import { definitionOf } from "../../support/agent-records.ts";
import { importedOf, startBooks } from "./books-set-up.ts";

const coded = (code: string) => expect.objectContaining({ code }) as Error;

describe("the agent that a name is for a tenant", () => {
  it("is its own, then that of a file, then another tenant's for everyone", async () => {
    const { agents, ofFiles } = await startBooks();
    const roleFor = async (tenant: string): Promise<string> =>
      (await agents.find(tenant, "x")).role;
    await expect(agents.find("a", "x")).rejects.toThrow(coded("agent_not_found"));
    await agents.create("b", definitionOf({ name: "x", role: "b's", visibility: "everyone" }));
    expect(await roleFor("a")).toBe("b's");
    ofFiles.replace([importedOf("x")]);
    expect(await roleFor("a")).toBe("of the file x");
    expect(await roleFor("b")).toBe("b's");
    await agents.create("a", definitionOf({ name: "x", role: "a's" }));
    expect(await roleFor("a")).toBe("a's");
    ofFiles.replace([]);
    expect(await roleFor("c")).toBe("b's");
    await agents.remove("a", "x");
    expect(await roleFor("a")).toBe("b's");
  });

  it("is no other tenant's own", async () => {
    const { agents } = await startBooks();
    await agents.create("a", definitionOf());
    await expect(agents.find("b", "librarian")).rejects.toThrow(coded("agent_not_found"));
    expect((await agents.list("b")).agents).toEqual([]);
    expect((await agents.ofOwner("a", "librarian")).owner).toBe("a");
  });

  it.each(["", "../agents", "a b", "ä", "a\u0000", "x".repeat(65), "a/b", "%2e", "a:b", ".x"])(
    "is nothing for %j, which is not asked for",
    async (name) => {
      const { agents, asked } = await startBooks();
      await expect(agents.find("a", name)).rejects.toThrow(coded("agent_not_found"));
      await expect(agents.ofOwner("a", name)).rejects.toThrow(coded("agent_not_found"));
      expect(asked).toEqual([]);
    },
  );

  it("is read once, and again after a change", async () => {
    const { agents, asked } = await startBooks();
    await agents.create("a", definitionOf());
    const finds = (): number => asked.filter((name) => name === "agentsFind").length;
    for (let i = 0; i < 5; i += 1) await agents.find("a", "librarian");
    expect(finds()).toBe(1);
    await agents.replace("a", definitionOf({ role: "other" }));
    expect((await agents.find("a", "librarian")).role).toBe("other");
    expect(finds()).toBe(2);
  });

  it("does not stay what it was where a change comes while it is read", async () => {
    let onFind = (): void => {};
    const { agents } = await startBooks({ instead: { agentsFind: () => onFind() } });
    await agents.create("a", definitionOf({ role: "first" }));
    const changes: Promise<unknown>[] = [];
    onFind = () => {
      onFind = () => {};
      changes.push(agents.replace("a", definitionOf({ role: "second" })));
    };
    await agents.find("a", "librarian");
    await Promise.all(changes);
    expect((await agents.find("a", "librarian")).role).toBe("second");
  });

  it("has all that it was given, and outlives a restart", async () => {
    const first = await startBooks();
    const definition = definitionOf({
      role: "tab\t, line\n, NUL\u0000, half \uD800 and 😀",
      options: { temperature: 0.2, options: { num_ctx: 8192 } },
      tools: [{ type: "function", function: { name: "f", parameters: { type: "object" } } }],
      responseFormat: { type: "json_object" },
      mcp: ["one"],
      allowedTools: ["t"],
      requireApproval: ["t"],
      maxToolCalls: 3,
    });
    const made = await first.agents.create("a/b", definition);
    await first.stop();
    const { agents } = await startBooks({ home: first.home });
    expect(await agents.find("a/b", "librarian")).toEqual(made);
    expect(made).toMatchObject({ ...definition, owner: "a/b" });
  });
});

describe("a definition", () => {
  it("is made once for an owner, and once for everyone", async () => {
    const { agents, ofFiles } = await startBooks();
    const forEveryone = definitionOf({ visibility: "everyone" });
    await agents.create("a", forEveryone);
    for (const [tenant, definition] of [
      ["a", definitionOf()],
      ["b", forEveryone],
    ] as const) {
      await expect(agents.create(tenant, definition)).rejects.toThrow(coded("agent_exists"));
    }
    await agents.create("b", definitionOf());
    await expect(agents.replace("b", forEveryone)).rejects.toThrow(coded("agent_exists"));
    ofFiles.replace([importedOf("filed")]);
    const filed = { name: "filed", visibility: "everyone" } as const;
    await expect(agents.create("b", definitionOf(filed))).rejects.toThrow(
      "config/agents/filed.yaml",
    );
    await agents.create("b", definitionOf({ name: "filed" }));
  });

  it("is changed under its name, by its owner", async () => {
    const { agents } = await startBooks();
    const made = await agents.create("a", definitionOf());
    const changed = await agents.replace("a", definitionOf({ role: "new" }));
    expect(changed).toMatchObject({ role: "new", createdAtMs: made.createdAtMs });
    await expect(agents.replace("b", definitionOf())).rejects.toThrow(coded("agent_not_found"));
    await expect(agents.remove("b", "librarian")).rejects.toThrow(coded("agent_not_found"));
    await agents.remove("a", "librarian");
    await expect(agents.remove("a", "librarian")).rejects.toThrow(coded("agent_not_found"));
  });

  it("is overwritten in the file when it is deleted", async () => {
    const { agents, files } = await startBooks();
    const secret = "a-very-secret-instruction";
    await agents.create("a", definitionOf({ role: `${secret} `.repeat(2000) }));
    const all = async (): Promise<string> =>
      (await Promise.all(["", "-wal"].map((end) => readFile(files.agents + end, "latin1")))).join();
    expect(await all()).toContain(secret);
    await agents.remove("a", "librarian");
    expect(await all()).not.toContain(secret);
  });

  it("has 64 KiB at most", async () => {
    const { agents, asked } = await startBooks();
    await expect(agents.create("a", definitionOf({ role: "ä".repeat(32_768) }))).rejects.toThrow(
      coded("request_too_large"),
    );
    expect(asked).toEqual([]);
    await agents.create("a", definitionOf({ role: "ä".repeat(32_000) }));
  });

  it("is not made where the tenant or the service has too many", async () => {
    const limits = { ofTenant: 2, inAll: 3, bytesInAll: 1e8 };
    const { agents } = await startBooks({ agentLimits: limits });
    const make = (tenant: string, name: string) => agents.create(tenant, definitionOf({ name }));
    await make("a", "one");
    await make("a", "two");
    await expect(make("a", "three")).rejects.toThrow(coded("agent_limit_reached"));
    await make("b", "one");
    await expect(make("c", "one")).rejects.toThrow(coded("agent_limit_reached"));
    await agents.remove("a", "one");
    await make("c", "one");
  });

  it("is not made, or made longer, where all have too many bytes", async () => {
    const { agents } = await startBooks({ agentLimits: { bytesInAll: 3000 } });
    await agents.create("a", definitionOf({ role: "x".repeat(2000) }));
    const long = definitionOf({ role: "y".repeat(2000) });
    await expect(agents.create("b", long)).rejects.toThrow(coded("agent_limit_reached"));
    await agents.create("b", definitionOf({ role: "y" }));
    await expect(agents.replace("b", long)).rejects.toThrow(coded("agent_limit_reached"));
    await agents.replace("a", definitionOf({ role: "x".repeat(1000) }));
  });

  it("is made once where the thread was lost after that, and is asked again", async () => {
    let isLost = false;
    const { agents, asked } = await startBooks({
      now: () => 1000,
      instead: {
        agentsCreate: () => {
          if (isLost) return undefined;
          isLost = true;
          const json = JSON.stringify(definitionOf());
          const key = { owner: "a", name: "librarian" };
          tasks.agentsCreate({ ...key, isForEveryone: false, json, atMs: 1000 });
          throw new Error("the request store thread was lost");
        },
      },
    });
    await agents.create("a", definitionOf());
    expect(asked.filter((name) => name === "agentsCreate")).toHaveLength(2);
    expect((await agents.list("a")).agents).toHaveLength(1);
  });
});

describe("the list", () => {
  it("has files' agents, one's own and everyone's, without those that others hide", async () => {
    const { agents } = await startBooks({ imported: ["filed", "hidden"] });
    const everyone = { visibility: "everyone" } as const;
    await agents.create("a", definitionOf({ name: "hidden", role: "a's" }));
    await agents.create("a", definitionOf({ name: "shown", role: "a's" }));
    await agents.create("b", definitionOf({ name: "shown", role: "b's", ...everyone }));
    await agents.create("b", definitionOf({ name: "public", role: "b's", ...everyone }));
    await agents.create("b", definitionOf({ name: "private", role: "b's" }));
    const shown = async (tenant: string, all = false): Promise<string[]> =>
      (await agents.list(tenant, { all })).agents.map(({ name, role }) => `${name}: ${role}`);
    const filed = "filed: of the file filed";
    expect(await shown("a")).toEqual([filed, "hidden: a's", "shown: a's", "public: b's"]);
    expect(await shown("c")).toEqual([
      filed,
      "hidden: of the file hidden",
      "public: b's",
      "shown: b's",
    ]);
    expect(await shown("c", true)).toHaveLength(7);
  });

  it("comes in pages, each agent once, and those of files with the first", async () => {
    const { agents } = await startBooks({ imported: ["filed"] });
    const names = Array.from({ length: 25 }, (_, i) => `agent-${i}`);
    for (const name of names) {
      await agents.create(
        `t/${Number(name.slice(6)) % 3}`,
        definitionOf({ name, visibility: "everyone" }),
      );
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const page = await agents.list("t/1", { limit: 4, after });
      expect(page.agents.length).toBeLessThanOrEqual(5);
      seen.push(...page.agents.map(({ name }) => name));
      after = page.next;
    } while (after !== undefined);
    expect(seen.toSorted()).toEqual([...names, "filed"].toSorted());
    expect(seen.slice(1, 9).every((name) => Number(name.slice(6)) % 3 === 1)).toBe(true);
  });

  it("has pages of a megabyte", async () => {
    const { agents } = await startBooks();
    for (let i = 0; i < 20; i += 1) {
      await agents.create("a", definitionOf({ name: `n${i}`, role: "x".repeat(60_000) }));
    }
    const { agents: page, next } = await agents.list("a");
    expect(page).toHaveLength(18);
    expect(next).toBe(`a/${page.at(-1)?.name}`);
  });

  it("is taken from any place that a client makes up", async () => {
    const { agents } = await startBooks();
    await agents.create("a", definitionOf());
    for (const after of ["", "/", "x", "//", "' OR 1", "a/zzz"]) {
      expect(await agents.list("a", { after })).toMatchObject({ problem: undefined });
    }
  });
});

describe("a file of agents", () => {
  it("that is damaged is set aside, and that of the runs stays", async () => {
    const first = await startBooks();
    await first.agents.create("a", definitionOf());
    await first.stop();
    await writeFile(first.files.agents, "no database ".repeat(1000));
    const { agents, told, runs } = await startBooks({ home: first.home });
    await expect(agents.find("a", "librarian")).rejects.toThrow(coded("agent_not_found"));
    expect(told).toEqual(["agents set aside: damaged"]);
    await agents.create("a", definitionOf());
    expect((await runs.list({ limit: 1 })).runs).toEqual([]);
  });

  it("of a later version is set aside", async () => {
    const first = await startBooks();
    await first.agents.create("a", definitionOf());
    await first.stop();
    const db = new Driver(first.files.agents);
    db.exec("PRAGMA user_version = 99");
    db.close();
    const { agents, told } = await startBooks({ home: first.home });
    expect((await agents.list("a")).agents).toEqual([]);
    expect(told).toEqual(["agents set aside: newer"]);
  });

  it("on a full disk makes no agent, and says so", async () => {
    const fault = { ok: false, fault: "full", code: "SQLITE_FULL" };
    const { agents } = await startBooks({ instead: { agentsCreate: () => fault } });
    await expect(agents.create("a", definitionOf())).rejects.toThrow(coded("insufficient_storage"));
  });

  it("that cannot be read leaves the agents of files, and says so", async () => {
    const fault = { ok: false, fault: "unavailable", code: undefined };
    const { agents } = await startBooks({
      imported: ["filed"],
      instead: { agentsOpen: () => fault },
    });
    const { agents: shown, problem } = await agents.list("a");
    expect(shown.map(({ name }) => name)).toEqual(["filed"]);
    expect(problem).toMatch(/cannot be read/);
    expect((await agents.find("a", "filed")).role).toBe("of the file filed");
    await expect(agents.find("a", "other")).rejects.toThrow(coded("internal_error"));
  });
});
