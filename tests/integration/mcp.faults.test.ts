import { describe, expect, it } from "vitest";
import { MAX_MESSAGE_BYTES } from "../../src/mcp/message-limits.ts";
import { projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { liveHeapBytes } from "../support/heap.ts";
import { callOf, ended, isAlive, ownServer, startMcp, textOf } from "../support/mcp.ts";

describe("in a call", () => {
  it("reads over lines that are no messages", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = await textOf(box, "pid");
    expect(await textOf(box, "garbage")).toBe("still here");
    expect(await textOf(box, "pid")).toBe(pid);
  });

  it("ends a server that prints a line without end, whose memory stays small", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    const before = await liveHeapBytes();
    const rssBefore = process.memoryUsage.rss();
    expect(await within(callOf(box, "flood"), "the call that floods")).toEqual({
      text: `The MCP server "own" sent a message of more than ${MAX_MESSAGE_BYTES} bytes.`,
      isError: true,
      cutBytes: 0,
    });
    await ended(pid);
    expect((await liveHeapBytes()) - before).toBeLessThan(4 * MAX_MESSAGE_BYTES);
    expect(process.memoryUsage.rss() - rssBefore).toBeLessThan(100 * 1_048_576);
  });

  it("ends a server that sends messages without end, and goes on meanwhile", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    const flooded = callOf(box, "chatter");
    let turns = 0;
    const timer = setInterval(() => (turns += 1), 1);
    expect(await within(flooded, "the call that chatters")).toMatchObject({
      isError: true,
      text: expect.stringContaining("sent far more than it was asked for"),
    });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(3);
    await ended(pid);
  });

  it("ends a server whose error output has no end", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    expect(await within(callOf(box, "grumble"), "the call that grumbles")).toMatchObject({
      isError: true,
      text: 'The MCP server "own" sent far more than it was asked for.',
    });
    await ended(pid);
  });

  it("ends a server whose answer is nested too deep", async () => {
    const { open } = startMcp({ own: ownServer() });
    const answer = await callOf(await open(["own"]), "deep");
    expect(answer.text).toBe('The MCP server "own" sent more JSON than can be read.');
  });

  it("tells each call under way that the server has ended, and starts it anew for the next", async () => {
    const { open, servers, logged } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = await textOf(box, "pid");
    const others = [callOf(box, "never"), callOf(box, "never")];
    await until(() => servers.calls === 2, "two calls are under way");
    const lost = await Promise.all([callOf(box, "exit", { code: 5 }), ...others]);
    for (const { isError, text } of lost) {
      expect({ isError, text }).toEqual({
        isError: true,
        text: 'The MCP server "own" has ended by itself with exit code 5.',
      });
    }
    expect(servers.report(undefined)).toMatchObject([
      { health: "failed", error: "has ended by itself with exit code 5", running: 0 },
    ]);
    expect(await textOf(box, "pid")).not.toBe(pid);
    expect(servers.report(undefined)).toMatchObject([{ health: "ready", error: undefined }]);
    expect(logged).toContainEqual(
      expect.objectContaining({ level: "warn", msg: "an MCP server has failed", server: "own" }),
    );
  });

  it("has the last words of a server that answers and ends", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    expect(await textOf(box, "last")).toBe("goodbye");
    await until(async () => !(await callOf(box, "pid")).isError, "it is started again");
  });

  it("ends a server that stands still", async () => {
    const { open, logged } = startMcp({ own: ownServer([], { call_timeout_sec: 0.3 }) });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    const hung = await callOf(box, "hang");
    expect(hung.text).toBe('The MCP server "own" did not answer within 0.3 s.');
    await ended(pid);
    expect(logged).toContainEqual(expect.objectContaining({ msg: "an MCP server is given up" }));
    expect(Number(await textOf(box, "pid"))).not.toBe(pid);
  });

  it("ends a server that does not read what it is sent", async () => {
    const { open } = startMcp({ own: ownServer() });
    const box = await open(["own"]);
    const pid = Number(await textOf(box, "pid"));
    void callOf(box, "hang");
    const text = "x".repeat(3 * 1_048_576);
    const calls = await Promise.all(Array.from({ length: 5 }, () => callOf(box, "say", { text })));
    expect(calls.at(-1)?.text).toContain("does not read what it is sent");
    await ended(pid);
  });

  it("puts a server's complaints into the log, some of them", async () => {
    const { open, logged } = startMcp({ own: ownServer() });
    await textOf(await open(["own"]), "complaints", { lines: 500 });
    const said = () => logged.filter(({ msg }) => msg === "an MCP server says");
    await until(() => said().length === 20, "some lines are logged");
    expect(said()[0]).toMatchObject({ server: "own", tenant: "a", line: "a server is here" });
    expect(said()).toHaveLength(20);
  });
});

describe("at its start", () => {
  it.each([
    ["ends at once", ownServer(["exit-at-start"]), "has ended by itself with exit code 7"],
    [
      "says nothing",
      ownServer(["silent"], { start_timeout_sec: 0.4 }),
      "was not ready within 0.4 s",
    ],
    [
      "is not there",
      { command: "/no/such/program" },
      "cannot be started: its command, or its folder, is not there",
    ],
    [
      "has no folder",
      { command: "node", cwd: "/no/such/folder" },
      "cannot be started: its command, or its folder, is not there",
    ],
    [
      "may not be run",
      { command: `${projectRoot}/package.json` },
      "cannot be started: its command may not be run",
    ],
  ])("says of a server that %s what is wrong", async (_what, entry, says) => {
    const { open, servers } = startMcp({ own: entry });
    await expect(open(["own"])).rejects.toMatchObject({
      code: "mcp_unavailable",
      status: 503,
      message: `The MCP server "own" ${says}`,
    });
    expect(servers.report("a")).toMatchObject([{ health: "failed", error: says, running: 0 }]);
    expect(servers.report("b")).toMatchObject([{ health: "not_started", error: undefined }]);
    expect(servers.held).toBe(0);
  });

  it("is left alone for longer and longer by the tenant for whom it fails", async () => {
    const { open } = startMcp({ own: ownServer(["exit-at-start"]) });
    const again = (tenant = "a") => open(["own"], tenant).catch((err: unknown) => err);
    expect(await again()).toMatchObject({ message: expect.not.stringContaining("started again") });
    expect(await again()).toMatchObject({ message: expect.not.stringContaining("started again") });
    expect(await again()).toMatchObject({
      message: expect.stringContaining("it is started again in 1 s at the earliest"),
      retryAfterSec: 1,
    });
    expect(await again("b")).toMatchObject({
      message: expect.not.stringContaining("started again"),
    });
  });

  it("counts a server that ends while nobody asks it anything as failed", async () => {
    const { open, servers } = startMcp({ own: ownServer(["late-exit"]) });
    await open(["own"]);
    await until(() => servers.report("a")[0]?.health === "failed", "it has failed");
    expect(servers.report("a")).toMatchObject([{ error: "has ended by itself with exit code 9" }]);
  });

  it("is refused for names that the operator has not named", async () => {
    const { open, servers } = startMcp({ own: ownServer() });
    await expect(open(["own", "other"])).rejects.toMatchObject({
      code: "invalid_request",
      message: 'There is no MCP server "other"; config/mcp.yaml names: own',
    });
    expect(servers.held).toBe(0);
    await expect(open(["__proto__"])).rejects.toMatchObject({ code: "invalid_request" });
  });
});

it("leaves nothing of a server's own programs when it ends", async () => {
  const { open, servers } = startMcp({ own: ownServer(["ignore-term", "deaf"]) });
  const box = await open(["own"]);
  const pid = Number(await textOf(box, "pid"));
  const grandchild = Number(await textOf(box, "spawn"));
  expect([isAlive(pid), isAlive(grandchild)]).toEqual([true, true]);
  await servers.stop();
  expect([isAlive(pid), isAlive(grandchild)]).toEqual([false, false]);
});

it("leaves nothing of them when it ends by itself", async () => {
  const { open } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  const grandchild = Number(await textOf(box, "spawn"));
  expect(await callOf(box, "exit")).toMatchObject({ isError: true });
  await ended(grandchild);
});
