import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { entryFile, projectRoot } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { samplesOf, sumOf } from "../support/exposition.ts";
import { serviceLog } from "../support/gateway.ts";
import { ended, mcpYaml, ownServer } from "../support/mcp.ts";
import { startHttpMcpServer } from "../support/mcp-http-server.ts";
import { expectNativeError, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const ELSEWHERE = { "x-forwarded-for": "192.0.2.7" };

/** What the service says of its servers. */
async function listed(
  { gateway }: Awaited<ReturnType<typeof startService>>,
  query = "",
  headers: Record<string, string> = {},
) {
  const { servers } = await jsonOf(await gateway.get(`/api/v1/mcp${query}`, { headers }));
  return servers as Record<string, unknown>[];
}

it("lists no servers where the operator names none", async () => {
  expect(await listed(await startService())).toEqual([]);
});

it("lists servers, starts them for who may manage, and shows others no commands", async () => {
  const far = await startHttpMcpServer();
  const env = { SECRET: "hidden-value" };
  const yaml = mcpYaml({
    own: { ...ownServer([], { env }), scope: "shared" },
    far: { url: far.url, headers: { Authorization: "hidden-value" } },
    bad: { command: "/no/such/program", scope: "run", call_timeout_sec: 5 },
  });
  const service = await startService({}, {}, { mcpYaml: yaml });
  const { gateway } = service;
  expect(await listed(service)).toMatchObject([
    { name: "own", health: "not_started", since: null, running: 0, tools: null },
    { name: "far", transport: "http", scope: "tenant", health: "not_started" },
    { name: "bad", scope: "run", limits: { call_timeout: 5, idle: 600, max_tools: 200 } },
  ]);

  const [own, other, bad] = await listed(service, "?refresh=true");
  expect(own).toMatchObject({
    transport: "stdio",
    health: "ready",
    since: expect.stringMatching(/^2\d{3}-.*Z$/),
    error: null,
    running: 1,
    calls: 0,
    launch: { command: "node", env: ["SECRET"], url: null, headers: null },
  });
  expect(own?.["tools"]).toContainEqual({
    name: "say",
    description: "It is say.",
    input_schema: { type: "object", properties: {} },
  });
  expect(other).toMatchObject({
    health: "ready",
    launch: { command: null, url: far.url.split("?")[0], headers: ["Authorization"] },
  });
  expect(bad).toMatchObject({
    health: "failed",
    error: "The MCP server cannot be started: its command, or its folder, is not there",
    tools: null,
  });

  const seen = await listed(service, "", { ...ELSEWHERE, "x-project-name": "another" });
  expect(seen.map(({ launch, running }) => [launch, running])).toEqual([
    [null, 1],
    [null, 0],
    [null, 0],
  ]);
  expect(JSON.stringify([own, other, bad, seen])).not.toMatch(/hidden-value|secret/);
  expect(JSON.stringify(seen)).not.toMatch(/command|program/);
  await expectNativeError(await gateway.get("/api/v1/mcp?refresh=true", { headers: ELSEWHERE }), {
    status: 403,
    code: "forbidden",
    type: "ForbiddenError",
  });
  await nothingIsHeld({ gateway });

  const figures = samplesOf(await (await gateway.get("/metrics")).text());
  const running = ["own", "far", "bad"].map((server) =>
    sumOf(figures, "shared_ollama_mcp_servers_running", { server }),
  );
  expect(running).toEqual([1, 1, 0]);
  expect(sumOf(figures, "shared_ollama_mcp_calls_total", { server: "own" })).toBe(0);

  let log = "";
  await until(async () => {
    log = await serviceLog(gateway);
    return log.includes("an MCP server did not come up") && log.includes('"tools":');
  }, "the log tells of both");
  const pid = Number(/"pid":(\d+),"tools":\d+/.exec(log)?.[1]);
  expect(log).not.toMatch(/hidden-value|\?key=/);
  await gateway.stop();
  await ended(pid);
});

it("has agents that name a server, and says whether it answers them", async () => {
  const yaml = mcpYaml({ own: ownServer(), bad: ownServer(["exit-at-start"]) });
  const { gateway } = await startService({}, {}, { mcpYaml: yaml });
  const make = (name: string, mcp: string[]) =>
    gateway.post("/api/v1/agents/create", { name, role: "Help.", model: "fake", mcp });
  expect((await make("helper", ["own", "bad"])).status).toBe(200);
  const answer = await gateway.post("/api/v1/agents/helper/validate", {});
  const { findings } = await jsonOf(answer);
  const found = (findings as { check: string }[]).filter(({ check }) => check === "mcp");
  expect(found).toMatchObject([
    { ok: true, message: expect.stringMatching(/'own' answers with \d+ tools/) },
    { ok: false, message: 'The MCP server "bad" has ended by itself with exit code 7' },
  ]);
  await expectNativeError(await make("other", ["own", "nothing"]), {
    status: 400,
    code: "invalid_request",
    type: "InvalidRequestError",
    says: "nothing",
  });
  await nothingIsHeld({ gateway });
});

it("reads the file again when it has changed, unless it has mistakes", async () => {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-mcp-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const mcpFile = join(folder, "mcp.yaml");
  await writeFile(mcpFile, "servers: {}\n");
  const service = await startService({}, {}, { mcpFile });
  const { said } = service.gateway;
  const says = (words: string) =>
    until(() => said.some((line) => line.includes(words)), `the service says ${words}`);
  await writeFile(mcpFile, mcpYaml({ own: ownServer() }));
  await says("config/mcp.yaml was read again. MCP servers: own.");
  expect(await listed(service)).toMatchObject([{ name: "own" }]);
  await writeFile(mcpFile, mcpYaml({ own: { command: "a", url: "http://b" } }));
  await says("The MCP servers stay as they were. config/mcp.yaml: servers.own.url");
  expect(await listed(service)).toMatchObject([{ name: "own" }]);
});

const program = `${projectRoot}/tests/support/mcp-server-program.mjs`;
const LOADS = [
  `${projectRoot}/tests/support/loads-mcp.mjs`,
  ...["src/compose.ts", "src/compose/mcp.ts", "config/mcp.ts"].map(entryFile),
  program,
];

it("loads nothing of the protocol before a server is started", async () => {
  const run = promisify(execFile)(process.execPath, LOADS);
  const { stdout } = await within(run, "the program's end");
  expect(JSON.parse(stdout)).toMatchObject({ before: false, after: true });
});

it("leaves no server when it is killed", async () => {
  const service = spawn(process.execPath, LOADS, {
    env: { ...process.env, STAY: "1" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void service.kill("SIGKILL"));
  const lines = createInterface({ input: service.stdout });
  const [line] = (await within(once(lines, "line"), "a server is started")) as [string];
  const { pid } = JSON.parse(line) as { pid: number };
  service.kill("SIGKILL");
  await ended(pid);
});
