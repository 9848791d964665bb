import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { loadConfig } from "../../../config/load.ts";
import { readMcpFile } from "../../../config/mcp.ts";
import { MAX_MESSAGE_BYTES } from "../../../src/mcp/message-limits.ts";
import { mcpFile } from "../../../src/runtime/paths.ts";
import { modelsYaml } from "../../support/config.ts";

const ENV = { FILES_TOKEN: "f1", TICKETS_TOKEN: "t1", EMPTY: "" };

function read(yaml: string) {
  const problems: string[] = [];
  const { servers } = readMcpFile({ yaml, env: ENV }, problems);
  return { servers: [...servers.values()], problems };
}

const USUAL = {
  scope: "tenant",
  maxOutputBytes: 65_536,
  callTimeoutMs: 60_000,
  startTimeoutMs: 30_000,
  maxTools: 200,
  idleMs: 600_000,
  callsAtOnce: 8,
};

it("the file that comes with the service names no server, and its examples do", () => {
  const yaml = readFileSync(mcpFile, "utf8");
  expect(read(yaml)).toEqual({ servers: [], problems: [] });
  const lines = yaml.split("\n").filter((line) => /^#( {2}|$| servers)/.test(line));
  expect(read(lines.map((line) => line.slice(2)).join("\n"))).toEqual({
    problems: [],
    servers: [
      {
        ...USUAL,
        name: "files",
        scope: "shared",
        launch: {
          kind: "stdio",
          command: "npx",
          args: ["-y", "@modelcontextprotocol/server-filesystem", "/srv/shared"],
          env: { API_TOKEN: "f1" },
          cwd: "/srv/shared",
        },
      },
      {
        ...USUAL,
        name: "tickets",
        launch: {
          kind: "http",
          url: "https://tickets.example/mcp",
          headers: { Authorization: "Bearer t1" },
        },
      },
    ],
  });
});

it.each(["", " \n", "# nothing", "servers:", "servers: {}"])("%j names no server", (yaml) => {
  expect(read(yaml)).toEqual({ servers: [], problems: [] });
});

it.each([
  ["servers: { a: {} }", "servers.a: expected a command or a url"],
  ["servers: { a: { command: b, url: http://c } }", "servers.a.url: expected no command"],
  ["servers: { a: { url: http://c, args: [d] } }", "servers.a.args: expected a command"],
  ["servers: { a: { command: b, headers: { x: y } } }", "servers.a.headers: expected a url"],
  ["servers: { a: { url: file:///etc/passwd } }", "servers.a.url: expected an http(s) URL"],
  ["servers: { a: { url: http://u:p@c } }", "servers.a.url: expected no credentials"],
  ["servers: { a: { url: http://c, headers: { Host: d } } }", "servers.a.headers.Host: is"],
  ["servers: { a: { url: http://c, headers: { 'x y': d } } }", "servers.a.headers.x y: expected"],
  ["servers: { a: { command: b, cwd: c } }", "servers.a.cwd: expected an absolute path"],
  ["servers: { a: { command: b, env: { 1: c } } }", "servers.a.env.1: expected a variable's name"],
  ["servers: { a: { command: b, env: { C: [d] } } }", "servers.a.env.C: expected a text"],
  ["servers: { a: { command: b, scope: all } }", "servers.a.scope"],
  ["servers: { a: { command: b, max_tools: 0 } }", "servers.a.max_tools"],
  ["servers: { a: { command: b, idle_minutes: 0 } }", "servers.a.idle_minutes"],
  ["servers: { a: { command: b, call_timeout: 5 } }", "call_timeout"],
  ["servers: { 'a b': { command: b } }", "servers.a b: expected a name"],
  ["servers: [a]", "servers"],
  ["other: 1", "other"],
])("%s is refused", (yaml, says) => {
  expect(read(yaml).problems.join("; ")).toContain(says);
});

it("refuses variables that are not there, and values that are no headers, without the values", () => {
  const yaml = `servers:
    a: { command: b, env: { X: "\${NOT_THERE} secret", Y: "\${EMPTY}", Z: "$FILES_TOKEN {} \${FILES_TOKEN}" } }
    c: { url: "http://d", headers: { X-Key: "secret\\nX-Other: e" } }`;
  const { problems, servers } = read(yaml);
  expect(problems).toEqual([
    "config/mcp.yaml: servers.a.env.X: the service's environment has no NOT_THERE",
    "config/mcp.yaml: servers.a.env.Y: the service's environment has no EMPTY",
    "config/mcp.yaml: servers.c.headers.X-Key: has a character that no header may have",
  ]);
  expect(servers[0]?.launch).toMatchObject({ env: { Z: "$FILES_TOKEN {} f1" } });
});

it("bounds how many servers there are, and what a call may bring", () => {
  const many = Object.fromEntries(
    Array.from({ length: 65 }, (_, i) => [`s${i}`, { command: "b" }]),
  );
  expect(read(JSON.stringify({ servers: many })).problems).toEqual([
    "config/mcp.yaml: servers: expected at most 64",
  ]);
  const most = (max_output_bytes: number) =>
    read(JSON.stringify({ servers: { a: { command: "b", max_output_bytes } } })).problems;
  expect(most(MAX_MESSAGE_BYTES)).toEqual([]);
  expect(most(MAX_MESSAGE_BYTES + 1)).toHaveLength(1);
});

it("tells mistakes together with those of the settings", () => {
  const load = () =>
    loadConfig({ env: { API_PORT: "x" }, modelsYaml, mcpYaml: "servers: { a: {} }" });
  expect(load).toThrow(/API_PORT="x"[^]*config\/mcp\.yaml: servers\.a: expected/);
});
