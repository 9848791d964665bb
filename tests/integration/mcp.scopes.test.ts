import { describe, expect, it } from "vitest";
import { readMcpFile } from "../../config/mcp.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import { until, within } from "../support/deadline.ts";
import { callOf, ended, isAlive, mcpYaml, ownServer, startMcp, textOf } from "../support/mcp.ts";

describe("a server is", () => {
  it.each([
    ["shared", true, true],
    ["tenant", false, true],
    ["run", false, false],
  ])("of the scope %s one for as many as that says", async (scope, ofTenants, ofRuns) => {
    const { open } = startMcp({ own: ownServer([], { scope }) });
    const pidOf = async (tenant: string, run: string) =>
      textOf(await open(["own"], tenant, run), "pid");
    const first = await pidOf("a", "r1");
    expect((await pidOf("b", "r1")) === first).toBe(ofTenants);
    expect((await pidOf("a", "r2")) === first).toBe(ofRuns);
    expect(await pidOf("a", "r1")).toBe(first);
  });

  it("started once for all who want it at the same time", async () => {
    const { open, logged } = startMcp({ own: ownServer([], { scope: "shared" }) });
    const boxes = await Promise.all(
      Array.from({ length: 20 }, (_, i) => open(["own"], `tenant-${i}`)),
    );
    const pids = await Promise.all(boxes.map((box) => textOf(box, "pid")));
    expect(new Set(pids).size).toBe(1);
    expect(logged.filter(({ msg }) => msg === "an MCP server is up")).toHaveLength(1);
  });

  it("started by whoever still wants it when another one has left", async () => {
    const { servers } = startMcp({ own: ownServer([], { scope: "shared" }) });
    const leaving = new LightSignal();
    const left = servers.open(["own"], { tenant: "a", run: "r" }, leaving);
    const staying = servers.open(["own"], { tenant: "b", run: "r" }, new LightSignal());
    leaving.abort(new Error("no longer wanted"));
    await expect(left).rejects.toThrow("no longer wanted");
    const box = await staying;
    expect(await textOf(box, "say", { text: "here" })).toBe("here");
    await box.close();
  });

  it("not started any more when all who want it have left", async () => {
    const { servers, logged } = startMcp({ own: ownServer(["silent"]) });
    const leaving = new LightSignal();
    const left = servers.open(["own"], { tenant: "a", run: "r" }, leaving);
    await until(() => servers.report("a")[0]?.health === "starting", "it is being started");
    await until(() => logged.length > 0, "its program runs");
    leaving.abort(new Error("no longer wanted"));
    await expect(left).rejects.toThrow("no longer wanted");
    expect(servers.report("a")).toMatchObject([{ health: "not_started", error: undefined }]);
    expect(servers.held).toBe(0);
  });

  it("given back by all that were opened where one of them does not come up", async () => {
    const { open, servers } = startMcp({ own: ownServer(), bad: ownServer(["exit-at-start"]) });
    await expect(open(["own", "bad"])).rejects.toMatchObject({ code: "mcp_unavailable" });
    expect(servers.held).toBe(0);
  });
});

describe("it ends", () => {
  it("when nobody has used it for so long, and is started anew when it is wanted", async () => {
    const { open, servers, logged } = startMcp({ own: ownServer([], { idle_minutes: 0.01 }) });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    await box.close();
    expect(isAlive(pid)).toBe(true);
    await ended(pid);
    await until(() => servers.report("a")[0]?.running === 0, "none runs");
    expect(servers.report("a")).toMatchObject([{ health: "not_started" }]);
    expect(servers.report("a")[0]?.list?.tools.length).toBeGreaterThan(5);
    const isLogged = () => logged.some(({ msg }) => msg === "an MCP server has ended");
    await until(isLogged, "the log tells of its end");
    expect(Number(await textOf(await open(["own"]), "pid"))).not.toBe(pid);
  });

  it("not while a run holds it", async () => {
    const { open, servers } = startMcp({
      own: ownServer([], { idle_minutes: 0.01 }),
      other: ownServer([], { idle_minutes: 0.01 }),
    });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    const other = await open(["other"]);
    await other.close();
    await until(() => servers.report("a")[1]?.running === 0, "the other one has ended");
    expect(isAlive(pid)).toBe(true);
    expect(await textOf(box, "pid")).toBe(String(pid));
  });

  it("with its run", async () => {
    const { open } = startMcp({ own: ownServer([], { scope: "run" }) });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    await box.close();
    expect(isAlive(pid)).toBe(false);
  });

  it("with the service, under way or being started", async () => {
    const { open, servers } = startMcp({ own: ownServer(), slow: ownServer(["silent"]) });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    const call = callOf(box, "never");
    const starting = open(["slow"]).catch((err: unknown) => err);
    await until(() => servers.report("a")[1]?.health === "starting", "one is being started");
    await within(servers.stop(), "the servers' end");
    expect(isAlive(pid)).toBe(false);
    expect(await call).toMatchObject({ isError: true });
    expect(await starting).toMatchObject({ code: "mcp_unavailable" });
    await expect(open(["own"])).rejects.toMatchObject({ code: "shutting_down" });
    expect(servers.calls + servers.held).toBe(1);
    await box.close();
    expect(servers.held).toBe(0);
  });
});

describe("places", () => {
  it("go from the longest idle server to one that is wanted", async () => {
    const { open, servers } = startMcp({ own: ownServer() }, { most: 4 });
    const pids: number[] = [];
    for (const tenant of ["a", "b", "c", "d"]) {
      const box = await open(["own"], tenant);
      pids.push(Number(await textOf(box, "pid")));
      if (tenant !== "a") await box.close();
    }
    await open(["own"], "e");
    expect(pids.map(isAlive)).toEqual([true, false, true, true]);
    expect(servers.running).toEqual([["own", 4]]);
  });

  it("that are all in use are said to be", async () => {
    const { open, servers } = startMcp({ own: ownServer() }, { most: 2 });
    await open(["own"], "a");
    await open(["own"], "b");
    await expect(open(["own"], "c")).rejects.toMatchObject({
      code: "mcp_unavailable",
      message: "As many MCP servers run as may (MCP_MAX_SERVERS=2)",
    });
    expect(servers.report("c")).toMatchObject([{ health: "not_started" }]);
  });

  it("are one tenant's own to the half at most", async () => {
    const { open } = startMcp({ own: ownServer([], { scope: "run" }) }, { most: 4 });
    const first = await open(["own"], "a", "r1");
    await open(["own"], "a", "r2");
    await expect(open(["own"], "a", "r3")).rejects.toMatchObject({
      message: "As many MCP servers of this tenant run as may (2, half of MCP_MAX_SERVERS)",
    });
    await open(["own"], "b", "r1");
    await first.close();
    await open(["own"], "a", "r3");
  });
});

describe("a file that has changed", () => {
  const fileOf = (servers: Record<string, object>) =>
    readMcpFile({ yaml: mcpYaml(servers), env: {} }, []);

  it("ends servers that are not in it, or are others now, once no run holds them", async () => {
    const before = { gone: ownServer(), other: ownServer(), same: ownServer() };
    const { open, servers } = startMcp(before);
    const boxes = await Promise.all(Object.keys(before).map((name) => open([name])));
    const pids = await Promise.all(boxes.map(async (box) => Number(await textOf(box, "pid"))));
    const idle = await open(["gone"], "b");
    const idlePid = Number(await textOf(idle, "pid"));
    await idle.close();

    servers.replace(fileOf({ other: ownServer([], { max_tools: 3 }), same: ownServer() }));
    await ended(idlePid);
    expect(pids.map(isAlive)).toEqual([true, true, true]);
    const [gone, other, same] = boxes;
    if (!gone || !other || !same) throw new Error("three were opened");
    expect(await textOf(gone, "say", { text: "still" })).toBe("still");
    const again = await open(["other"]);
    expect(again.tools).toHaveLength(3);
    expect(await textOf(again, "pid")).not.toBe(String(pids[1]));
    await expect(open(["gone"])).rejects.toMatchObject({ code: "invalid_request" });
    expect(servers.report(undefined).map(({ entry, running }) => [entry.name, running])).toEqual([
      ["other", 1],
      ["same", 1],
    ]);

    await Promise.all(boxes.map((box) => box.close()));
    expect(pids.map(isAlive)).toEqual([false, false, true]);
    expect(await textOf(await open(["same"]), "pid")).toBe(String(pids[2]));
  });
});

it("shows a tenant its own and those of everybody, and who may manage all", async () => {
  const { open, servers } = startMcp({ own: ownServer(), all: ownServer([], { scope: "shared" }) });
  await open(["own", "all"], "a");
  await open(["own"], "b");
  const running = (tenant?: string) => servers.report(tenant).map(({ running }) => running);
  expect([running("a"), running("c"), running()]).toEqual([
    [1, 1],
    [0, 1],
    [2, 1],
  ]);
});

it("starts all servers to see how they are, and ends those of the scope run again", async () => {
  const { servers } = startMcp({
    own: ownServer(),
    bad: ownServer(["exit-at-start"]),
    once: ownServer([], { scope: "run" }),
  });
  await servers.startAll({ tenant: "a", run: "r" }, new LightSignal());
  expect(servers.report("a").map(({ health, list }) => [health, list !== undefined])).toEqual([
    ["ready", true],
    ["failed", false],
    ["not_started", true],
  ]);
  expect(servers.held).toBe(0);
});

it("holds nothing after many runs of which a third were called off and a third lost their server", async () => {
  const { servers } = startMcp({ own: ownServer([], { scope: "run" }) }, { most: 64 });
  const pids: number[] = [];
  const run = async (i: number): Promise<void> => {
    const signal = new LightSignal();
    const box = await servers.open(["own"], { tenant: `t${i % 4}`, run: `r${i}` }, signal);
    pids.push(Number(await textOf(box, "pid")));
    const call = callOf(box, ["say", "never", "exit"][i % 3] ?? "", {}, { signal });
    if (i % 3 === 1) signal.abort(new Error("called off"));
    await call.catch(() => {});
    await box.close();
  };
  for (let i = 0; i < 36; i += 6) {
    await Promise.all(Array.from({ length: 6 }, (_, at) => run(i + at)));
  }
  expect(pids).toHaveLength(36);
  expect(pids.filter(isAlive)).toEqual([]);
  expect([servers.calls, servers.held, servers.running]).toEqual([0, 0, [["own", 0]]]);
}, 60_000);
