import { writeFile } from "node:fs/promises";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { runIs, startAgents } from "../../support/agents.ts";
import {
  cli,
  cliInTerminal,
  expectOneLine,
  expectToFit,
  type PipedEnd,
} from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { until } from "../../support/deadline.ts";
import { jsonOf } from "../../support/service.ts";
import { makeHome } from "../../support/service-process.ts";
import { nothingIsHeld } from "../../support/through-gateway.ts";

const NO_RUN = "run_00000000-0000-4000-8000-000000000000";
const POET = ["--name", "poet", "--role", "You rhyme.", "--model", "fake"];

/** A service with the agent `helper` of the project acme, which has the server `own`. */
async function withHelper(definition: Record<string, unknown> = {}) {
  const world = await startAgents({ AGENT_TRACE: "steps" });
  await world.create(definition);
  const env = { SHARED_OLLAMA_URL: world.gateway.url };
  const end = (args: string[], project = "acme"): Promise<PipedEnd> =>
    cli(["agents", ...args, "--project", project], { env });
  return { ...world, env, end };
}

/** A model that calls the tool `say`, and then answers. */
const SAYS = (_asked: unknown, count: number) =>
  count === 1
    ? { text: "Let me see.", calls: [["say", { text: "42" }]] as const }
    : { text: "It is 42." };

/** A way to the service by which it sees no client of its own machine: one that may not manage. */
async function seenFromElsewhere(url: string): Promise<string> {
  const proxy = createServer((asked, answer) => {
    const headers = { ...asked.headers, "x-forwarded-for": "203.0.113.7" };
    const passed = request(url + (asked.url ?? ""), { method: asked.method, headers }, (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.once("error", () => answer.destroy());
    asked.pipe(passed);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    proxy.closeAllConnections();
    proxy.close();
  });
  return `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
}

/** The id that a piped run has told of, with the way to approve it. */
function waitingId({ stderr }: PipedEnd): string {
  const [, id] = /shared-ollama agents approve (run_[\w-]+)/.exec(stderr) ?? [];
  expect(id, stderr).toBeDefined();
  return id ?? "";
}

it.each([
  "list",
  "create --name a --role b --model c",
  "create --name a --role b --model c --replace",
  "run poet hi",
  "run poet hi --json",
  `approve ${NO_RUN} --yes`,
  "runs",
  `cancel ${NO_RUN} --yes`,
  "rm poet --yes",
])("agents %s ends with 3 where nothing answers", async (line) => {
  const url = `http://127.0.0.1:${await freePort(0)}`;
  const end = await cli(["agents", ...line.split(" "), "--url", url]);
  expectOneLine(end);
  expect(end).toMatchObject({
    code: 3,
    stderr: `Nothing answers at ${url}. Start it: shared-ollama start\n`,
  });
});

it.each([
  ["agents", "agents"],
  ["agents create", "name, role"],
  ["agents create --name x", "missing: role, model"],
  ["agents create --name create --role b --model fake", "choose another"],
  ["agents create --visibility all", "visibility"],
  ["agents create package.json", "Unrecognized keys"],
  ["agents run", "AGENT"],
  ["agents run poet", "Say what is asked"],
  ["agents approve", "RUN"],
  ["agents rm", "AGENT"],
  ["agents rm poet", "--yes"],
  [`agents cancel ${NO_RUN}`, "--yes"],
])("%s ends with 2 and says why", async (line, says) => {
  const service = await startCliService();
  const end = await cli(line.split(" "), { env: service.env });
  expectOneLine(end);
  expect([end.code, end.stderr]).toEqual([2, expect.stringContaining(says)]);
});

it.each([
  "create /nowhere.yaml",
  "run nobody hi",
  "run nobody hi --json",
  `approve ${NO_RUN} --yes`,
  `cancel ${NO_RUN} --yes`,
  "rm nobody --yes",
])("agents %s ends with 4", async (line) => {
  const service = await startCliService();
  const end = await cli(["agents", ...line.split(" ")], { env: service.env });
  expectOneLine(end);
  expect(end.code).toBe(4);
});

describe("shared-ollama agents create", () => {
  it("makes one from options, from a file, and from a pipe; an option goes before the file", async () => {
    const service = await startCliService();
    expect(await service.run(["agents", "create", ...POET])).toBe(
      "Agent poet answers with fake.\n",
    );
    const file = join(await makeHome(), "clerk.yaml");
    await writeFile(file, "name: clerk\nrole: |\n  You sort.\nmodel: other\nmax_steps: 3\n");
    const made = await service.json("agents create", file, "--model", "fake");
    expect(made).toMatchObject({ name: "clerk", role: "You sort.", model: "fake", max_steps: 3 });
    const piped = JSON.stringify({ name: "piped", role: "x", model: "fake" });
    expect(await service.run(["agents", "create", "-"], piped)).toContain("Agent piped");
    const { agents } = (await service.json("agents list")) as { agents: { name: string }[] };
    expect(agents.map(({ name }) => name)).toEqual(["clerk", "piped", "poet"]);
  });

  it("takes the place of one's own with --replace, and of none without", async () => {
    const service = await startCliService();
    await service.run(["agents", "create", ...POET]);
    const again = await service.end(["agents", "create", ...POET]);
    expectOneLine(again);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("poet")]);
    const changed = [...POET, "--role", "You do not rhyme.", "--replace"];
    expect(await service.json("agents create", ...changed)).toMatchObject({
      role: "You do not rhyme.",
    });
    // One that is not there is made.
    await service.run(["agents", "create", ...POET, "--name", "second", "--replace"]);
  });

  it("refuses what is no definition", async () => {
    const service = await startCliService();
    for (const text of ["- a\n- b\n", "name: [", "just words"]) {
      const end = await service.end(["agents", "create", "-"], text);
      expectOneLine(end);
      expect(end.code).toBe(2);
    }
    const unknown = { name: "x", role: "x", model: "fake", maxsteps: 1 };
    const end = await service.end(["agents", "create", "-"], JSON.stringify(unknown));
    expectOneLine(end);
    expect([end.code, end.stderr]).toEqual([2, expect.stringContaining("maxsteps")]);
  });
});

it("agents list shows one's own and everyone's, and fits a terminal", async () => {
  const service = await startCliService();
  expect(await service.run(["agents", "list"])).toContain("There are no agents. Make one");
  await service.run(["agents", "create", ...POET, "--visibility", "everyone"]);
  await service.run(["agents", "create", ...POET, "--name", "own", "--project", "acme"]);
  const shown = await service.run(["agents", "ls", "--project", "other"]);
  expect(shown).toMatch(/poet +fake +everyone +You rhyme\./);
  expect(shown).not.toContain("own");
  await service.json("agents list", "--project", "acme");
  const terminal = cliInTerminal(["agents", "list", "--project", "acme"], service);
  expectToFit(await terminal.endsWith(0));
});

describe("shared-ollama agents run", () => {
  it("streams the answer to the output, and calls to the error output", async () => {
    const world = await withHelper();
    world.model(SAYS);
    expect(await world.end(["run", "helper", "hi"])).toEqual({
      code: 0,
      stdout: "Let me see.\nIt is 42.\n",
      stderr: 'called    own.say {"text":"42"}\n',
    });
  });

  it("puts what is piped in below the prompt", async () => {
    const service = await startCliService();
    await service.run(["agents", "create", ...POET]);
    expect(await service.run(["agents", "run", "poet", "Rhyme"], "the sea\n")).toBe("Hello\n");
    const [asked] = service.ollama.to("/api/chat").map(({ body }) => JSON.parse(body.toString()));
    expect(asked).toMatchObject({
      messages: [{ role: "system" }, { role: "user", content: "Rhyme\n\nthe sea" }],
    });
  });

  it("has the whole for programs", async () => {
    const world = await withHelper();
    world.model(SAYS);
    const { code, stdout } = await world.end(["run", "helper", "hi", "--json"]);
    expect(code).toBe(0);
    expect(await expectShape("agents run", stdout)).toMatchObject({
      status: "completed",
      response: "It is 42.",
      steps: [{ kind: "model" }, { kind: "tool", tool: "say" }, { kind: "model" }],
    });
  });

  it("tells of a tool that fails, and goes on", async () => {
    const world = await withHelper();
    world.model((_asked, count) =>
      count === 1 ? { calls: [["exit", {}]] } : { text: "It did not work." },
    );
    const end = await world.end(["run", "helper", "hi"]);
    expect(end).toMatchObject({ code: 0, stdout: "It did not work.\n" });
    expect(end.stderr).toMatch(/^failed +own\.exit \{\}\n$/);
  });

  it("ends with 1 and the reason where the run comes to no answer", async () => {
    const world = await withHelper({ max_steps: 1 });
    world.model(() => ({ calls: [["say", { text: "1" }]] }));
    const end = await world.end(["run", "helper", "hi"]);
    expect(end.code).toBe(1);
    expect(end.stderr).toContain("The run is incomplete: ");
    expect(end.stderr).toContain("max_steps");
    const json = await world.end(["run", "helper", "hi", "--json"]);
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toMatchObject({ reason: { code: "max_steps" } });
  });

  it("ends its run with Ctrl-C", async () => {
    const world = await withHelper();
    world.model(() => ({ calls: [["slow", { ms: 60_000 }]] }));
    const args = ["agents", "run", "helper", "hi", "--project", "acme"];
    const terminal = cliInTerminal(args, world);
    await until(() => world.ollama.to("/api/chat").length > 0, "the model is asked");
    terminal.interrupt();
    await terminal.endsWith(130);
    await nothingIsHeld(world);
    const { runs } = JSON.parse((await world.end(["runs", "--json"])).stdout) as {
      runs: { id: string }[];
    };
    expect(runs).toMatchObject([{ agent: "helper", status: "cancelled" }]);
  });
});

describe("a call that waits for a person", () => {
  const waits = async () => {
    const world = await withHelper({ require_approval: "always" });
    world.model((asked) =>
      asked.messages.some(({ role }) => role === "tool")
        ? { text: "It is over." }
        : { calls: [["say", { text: "42" }]] },
    );
    return world;
  };

  it("ends a piped run with 1 and the way to approve it, which is its own project's", async () => {
    const world = await waits();
    const end = await world.end(["run", "helper", "hi"]);
    expect(end).toMatchObject({ code: 1, stdout: "" });
    expect(end.stderr).toMatch(/^waits +own\.say /);
    const id = waitingId(end);
    const url = await seenFromElsewhere(world.gateway.url);
    const other = await world.end(["approve", id, "--yes", "--url", url], "other");
    expectOneLine(other);
    expect(other.code).toBe(4);
    expect((await world.end(["approve", id, "--yes"])).code).toBe(0);
  });

  it("is approved with --yes, and the run goes on without its client", async () => {
    const world = await waits();
    const id = waitingId(await world.end(["run", "helper", "hi"]));
    const nobody = await world.end(["approve", id]);
    expectOneLine(nobody);
    expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining("--yes or --deny")]);
    const none = await world.end(["approve", id, "--yes", "--call", "mcpr_none"]);
    expectOneLine(none);
    expect(none.code).toBe(4);
    const { code, stdout } = await world.end(["approve", id, "--yes", "--json"]);
    expect([code, await expectShape("agents approve", stdout)]).toMatchObject([
      0,
      { run_id: id, agent: "helper" },
    ]);
    const facts = await runIs(world, id, "completed");
    expect(facts["steps"]).toMatchObject([{}, { outcome: "completed" }, {}]);
    const late = await world.end(["approve", id, "--yes"]);
    expectOneLine(late);
    expect([late.code, late.stderr]).toEqual([1, expect.stringContaining("waits for nobody")]);
  });

  it("is denied with --deny, with a reason for the model", async () => {
    const world = await waits();
    const id = waitingId(await world.end(["run", "helper", "hi"]));
    const end = await world.end(["approve", id, "--deny", "--reason", "not today"]);
    expect(end.code).toBe(0);
    const facts = await runIs(world, id, "completed");
    expect(facts["steps"]).toMatchObject([{}, { outcome: "refused" }, {}]);
    const last = world.ollama.to("/api/chat").at(-1);
    expect(last?.body.toString()).toContain("not today");
  });

  it("is asked about in a terminal, where the run then goes on", async () => {
    const world = await waits();
    const args = ["agents", "run", "helper", "hi", "--project", "acme"];
    const terminal = cliInTerminal(args, world);
    await terminal.shows("It wants to call own.say");
    await terminal.shows("Shall it?");
    terminal.type("y");
    const shown = await terminal.endsWith(0);
    expect(shown).toContain("It is over.");
    expectToFit(shown);
  });
});

it("agents runs, cancel and rm", async () => {
  const world = await withHelper();
  expect((await world.end(["runs"])).stdout).toContain("No agent has run.");
  world.model(() => ({ calls: [["slow", { ms: 60_000 }]] }));
  const begun = await world.run({ background: true });
  const id = String((await jsonOf(begun))["run_id"]);
  const listed = await world.end(["runs"]);
  expect(listed.stdout).toContain(id);
  expect(listed.stdout).toMatch(/helper +acme +\d+ +running/);
  const json = await world.end(["runs", "--json"]);
  await expectShape("agents runs", json.stdout);
  expectToFit(await cliInTerminal(["agents", "runs", "--project", "acme"], world).endsWith(0));
  const cancelled = await world.end(["cancel", id, "--yes"]);
  expect(cancelled).toEqual({ code: 0, stdout: `${id} is cancelled\n`, stderr: "" });
  const again = await world.end(["cancel", id, "--yes", "--json"]);
  expect(await expectShape("agents cancel", again.stdout)).toMatchObject({ status: "cancelled" });
  expect((await world.end(["rm", "helper", "--yes"])).stdout).toBe("Deleted: helper\n");
  expect((await world.end(["rm", "helper", "--yes"])).code).toBe(4);
});
