import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import type { McpToolBox } from "../../src/mcp/mcp-tools.ts";
import { LightSignal } from "../../src/runtime/light-signal.ts";
import { until, within } from "../support/deadline.ts";
import { callOf, everythingServer, ownServer, startMcp, textOf } from "../support/mcp.ts";

it("lists and calls the tools of the reference server", async () => {
  const { open, ended, logged } = startMcp({ everything: everythingServer() });
  const box = await open(["everything"]);
  const echo = box.tools.find(({ name }) => name === "echo");
  expect(echo).toMatchObject({
    server: "everything",
    description: expect.stringContaining("Echoes"),
    inputSchema: { type: "object", required: ["message"] },
  });
  expect(await callOf(box, "echo", { message: "häß" })).toEqual({
    text: "Echo: häß",
    isError: false,
    cutBytes: 0,
  });
  expect(await textOf(box, "get-sum", { a: 2, b: 40 })).toBe("The sum of 2 and 40 is 42.");
  const picture = await textOf(box, "get-tiny-image");
  expect(picture).toMatch(/\[image, image\/png, \d+ bytes: not shown\]/);
  expect(picture.length).toBeLessThan(300);
  const wrong = await callOf(box, "get-sum", { a: "x" });
  expect(wrong).toMatchObject({ isError: true, text: expect.stringContaining("expected number") });
  const none = await callOf(box, "nothing");
  expect(none).toMatchObject({ isError: true, text: expect.stringContaining("nothing") });
  expect(ended.map(([, how]) => how)).toEqual([
    ...["completed", "completed", "completed"],
    ...["tool_error", "tool_error"],
  ]);
  // What only a client that can be asked is offered is not there.
  const names = box.tools.map(({ name }) => name);
  expect(names).not.toContain("trigger-sampling-request");
  expect(names).not.toContain("get-roots-list");
  expect(logged[0]).toMatchObject({ msg: "an MCP server says" });
});

it("calls a tool of a server that the protocol's library makes today", async () => {
  const program = fileURLToPath(new URL("../support/mcp-library-server.mjs", import.meta.url));
  const { open } = startMcp({ library: { command: "node", args: [program] } });
  const box = await open(["library"]);
  expect(box.tools).toMatchObject([{ name: "add", inputSchema: { required: ["a", "b"] } }]);
  expect(await textOf(box, "add", { a: 2, b: 3 })).toBe("5");
});

it("gives a program its entry's variables and the usual ones, and none of the service's", async () => {
  process.env["SHARED_OLLAMA_TEST_SECRET"] = "do not tell";
  const server = ownServer([], { env: { TOKEN: "${A_TOKEN}", FLAG: 1 } });
  const { open } = startMcp({ own: server }, { env: { A_TOKEN: "t0ken" } });
  const env = JSON.parse(await textOf(await open(["own"]), "env")) as Record<string, string>;
  delete process.env["SHARED_OLLAMA_TEST_SECRET"];
  expect(env).toMatchObject({ TOKEN: "t0ken", FLAG: "1", PATH: expect.any(String) });
  const usual = ["HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER", "TOKEN", "FLAG"];
  // What a Mac puts into every program.
  const others = Object.keys(env).filter((name) => !name.startsWith("__"));
  expect(others.filter((name) => !usual.includes(name))).toEqual([]);
});

it("refuses what a server asks of its client", async () => {
  const { open } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  for (const method of ["sampling/createMessage", "elicitation/create", "roots/list"]) {
    expect(JSON.parse(await textOf(box, "asks", { method }))).toMatchObject({ code: -32_601 });
  }
  expect(JSON.parse(await textOf(box, "asks", { method: "ping" }))).toEqual({});
});

it("cuts what a call brings to the limit, between two characters, and says how much", async () => {
  const { open } = startMcp({ own: ownServer([], { max_output_bytes: 1024 }) });
  const box = await open(["own"]);
  const cut = await callOf(box, "big", { bytes: 1000, letter: "€" });
  expect(cut).toEqual({ text: "€".repeat(341), isError: false, cutBytes: 3000 - 1023 });
  expect(await callOf(box, "big", { bytes: 1024 })).toMatchObject({ cutBytes: 0 });
});

it("says what images and sounds are in place of them", async () => {
  const { open } = startMcp({ own: ownServer() });
  expect(await textOf(await open(["own"]), "picture")).toBe(
    "see\n[image, image/png, 300 bytes: not shown]\n[audio, audio/wav, 31 bytes: not shown]",
  );
});

it("tells a failure of the tool from one of the server", async () => {
  const { open, ended } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  expect(await callOf(box, "fails")).toEqual({
    text: "it did not work",
    isError: true,
    cutBytes: 0,
  });
  const refused = await callOf(box, "refuses");
  expect(refused).toMatchObject({ isError: true, text: expect.stringContaining("no such thing") });
  expect(ended.map(([, how]) => how)).toEqual(["tool_error", "failed"]);
});

it("has the tools as the server tells them after a change", async () => {
  const { open } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  expect(box.tools.map(({ name }) => name)).not.toContain("new");
  await textOf(box, "change");
  await until(() => box.tools.some(({ name }) => name === "new"), "the new tool is there");
});

it("reads long lists page by page, up to the limit", async () => {
  const { open, servers } = startMcp({
    all: ownServer(["many"], { max_tools: 1000 }),
    some: ownServer(["many"]),
    none: ownServer(["no-tools"]),
    endless: ownServer(["endless"]),
  });
  const box = await open(["all", "some", "none"]);
  expect(box.tools.filter(({ server }) => server === "all")).toHaveLength(1000);
  const some = box.tools.filter(({ server }) => server === "some");
  expect(some.at(-1)?.name).toBe("tool-199");
  const left = servers.report(undefined).map(({ list }) => list?.leftOut);
  expect(left).toEqual([0, 800, 0, undefined]);
  await expect(open(["endless"])).rejects.toMatchObject({
    code: "mcp_unavailable",
    message: 'The MCP server "endless" has a list of tools without end',
  });
});

it("gives up a call whose time is over, and keeps a server that is there", async () => {
  const { open, ended } = startMcp({ own: ownServer([], { call_timeout_sec: 0.2 }) });
  const box = await open(["own"]);
  const pid = await textOf(box, "pid");
  expect(await callOf(box, "never")).toEqual({
    text: 'The MCP server "own" did not answer within 0.2 s.',
    isError: true,
    cutBytes: 0,
  });
  expect(await textOf(box, "pid")).toBe(pid);
  expect(ended[1]).toEqual(["own", "failed"]);
});

it("calls off a call with the reason of its caller", async () => {
  const { open, ended, servers } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  const signal = new LightSignal();
  const call = callOf(box, "never", {}, { signal });
  await until(() => servers.calls === 1, "the call is under way");
  signal.abort(new Error("no longer wanted"));
  await expect(call).rejects.toThrow("no longer wanted");
  expect(servers.calls).toBe(0);
  expect(ended).toEqual([["own", "cancelled"]]);
  expect(await textOf(box, "say", { text: "on" })).toBe("on");
});

it("sends a server so many calls side by side, and the others in turn", async () => {
  const { open, servers } = startMcp({ own: ownServer([], { calls_at_once: 2, scope: "shared" }) });
  const box = await open(["own"]);
  const startedAt = performance.now();
  const calls = Array.from({ length: 6 }, () => textOf(box, "slow", { ms: 100 }));
  await until(() => servers.calls === 6, "all calls are under way");
  expect(await within(Promise.all(calls), "six calls")).toEqual(Array(6).fill("done"));
  expect(performance.now() - startedAt).toBeGreaterThanOrEqual(290);
});

it("does not let calls wait without bound", async () => {
  const { open, servers } = startMcp({ own: ownServer([], { calls_at_once: 1, scope: "shared" }) });
  const [a, b, c] = [await open(["own"], "a"), await open(["own"], "b"), await open(["own"], "c")];
  const signal = new LightSignal();
  const never = (box: McpToolBox, length: number) =>
    Array.from({ length }, () => callOf(box, "never", {}, { signal }));
  const calls = never(a, 51);
  await until(() => servers.calls === 51, "so many of one tenant are under way as may be");
  expect((await callOf(a, "say")).text).toContain("has 50 calls waiting already");
  calls.push(...never(b, 50));
  await until(() => servers.calls === 101, "so many are under way as may be");
  expect((await callOf(c, "say")).text).toContain("has 100 calls waiting already");
  const gone = Promise.allSettled(calls);
  signal.abort(new Error("enough"));
  await gone;
  expect(servers.calls).toBe(0);
});

it("answers nothing more when it was closed", async () => {
  const { open } = startMcp({ own: ownServer() });
  const box = await open(["own"]);
  await box.close();
  expect(await callOf(box, "say", {}, { server: "own" })).toMatchObject({ isError: true });
});
