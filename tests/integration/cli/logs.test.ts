import { spawnSync } from "node:child_process";
import { appendFile, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { projectRoot } from "../../../src/runtime/paths.ts";
import { cli, cliInTerminal, startCli } from "../../support/cli.ts";
import { cliHome } from "../../support/cli-home.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { startGateway } from "../../support/gateway.ts";
import { until } from "../../support/deadline.ts";

interface Line {
  time: string;
  level: string;
  file: string;
  request_id: string | null;
}

describe("shared-ollama logs", () => {
  it("shows what a service has logged: events, and requests by their ids", async () => {
    const ollama = await startFakeOllama({ models: ["qwen3:14b"] });
    const { home, post } = await startGateway({ OLLAMA_BASE_URL: ollama.url });
    const env = { SHARED_OLLAMA_HOME: home };
    const chat = { model: "qwen3:14b", messages: [{ role: "user", content: "Hi" }], stream: false };
    const well = await post("/api/v1/chat", chat);
    expect(well.status).toBe(200);
    const refused = await post("/api/v1/chat", { messages: 1 });
    expect(refused.status).toBeGreaterThanOrEqual(400);
    const id = (answer: Response): string => answer.headers.get("x-shared-ollama-request-id") ?? "";
    await until(async () => {
      const { stdout } = await cli(["logs"], { env });
      return [well, refused].every((answer) => stdout.includes(id(answer)));
    }, "both requests are in the log");

    const { stdout } = await cli(["logs", "--json"], { env });
    const lines = (await expectShape("logs", stdout)) as Line[];
    expect(lines.map(({ time }) => time)).toEqual(lines.map(({ time }) => time).toSorted());
    expect(new Set(lines.map(({ file }) => file))).toEqual(
      new Set(["service.log", "requests.jsonl"]),
    );

    const warnings = await cli(["logs", "--level", "warn"], { env });
    expect(warnings.stdout).toContain(id(refused));
    expect(warnings.stdout).not.toContain(id(well));

    const one = await cli(["logs", "--request", id(well), "--json"], { env });
    const ofRequest = (await expectShape("logs", one.stdout)) as Line[];
    expect(ofRequest.map(({ file }) => file).toSorted()).toEqual([
      "performance.jsonl",
      "requests.jsonl",
    ]);
    expect(new Set(ofRequest.map(({ request_id }) => request_id))).toEqual(new Set([id(well)]));
  });

  it("reads logs that were set aside, and only the last lines of all", async () => {
    const { env, add, folder } = await homeWithLogs();
    await add("service.log", event(1), event(2));
    await rename(join(folder, "service.log"), join(folder, "service.log.1"));
    await add("service.log", event(3));
    await add("requests.jsonl", request(4));
    const all = await cli(["logs", "--json"], { env });
    expect(times(all.stdout)).toEqual([1, 2, 3, 4]);
    const last = await cli(["logs", "--json", "-n", "3"], { env });
    expect(times(last.stdout)).toEqual([2, 3, 4]);
  });

  it("follows what is added, over a log that is set aside meanwhile", async () => {
    const { env, add, folder } = await homeWithLogs();
    await add("requests.jsonl", request(1));
    const following = startCli(["logs", "-f", "--json"], { env });
    await following.writes(at(1));
    await add("requests.jsonl", request(2));
    await following.writes(at(2));
    // Half a line comes with its other half.
    const whole = `${JSON.stringify(request(3))}\n`;
    await appendFile(join(folder, "requests.jsonl"), whole.slice(0, 20));
    await rename(join(folder, "requests.jsonl"), join(folder, "moved"));
    await appendFile(join(folder, "moved"), whole.slice(20));
    await add("requests.jsonl", request(4));
    await following.writes(at(4));
    await add("performance.jsonl", request(5));
    await add("service.log", event(6));
    await following.writes(at(6));
    expect(times(following.output.stdout)).toEqual([1, 2, 3, 4, 6]);
    following.kill("SIGINT");
    expect(await following.code).toBe(130);
  });

  it("shows levels in colours in a terminal, until Ctrl-C, and nothing that moves its cursor", async () => {
    const { env, add } = await homeWithLogs();
    await add("service.log", { ...event(1), level: 50, msg: "broken \u001B[2J\u0007 here" });
    const terminal = cliInTerminal(["logs", "-f"], { env });
    await terminal.shows("broken");
    expect(terminal.raw()).toContain("\u001B[31merror");
    expect(terminal.raw()).not.toContain("\u001B[2J");
    terminal.interrupt();
    await terminal.endsWith(130);
  });

  it("is quiet where its reader has seen enough", async () => {
    const { env, add } = await homeWithLogs();
    await add("service.log", ...Array.from({ length: 20_000 }, (_, second) => event(second)));
    const { status, stdout, stderr } = spawnSync(
      "bash",
      [
        "-c",
        '"$0" src/cli.mjs logs -n 20000 | head -n 1; echo "${PIPESTATUS[0]}"',
        process.execPath,
      ],
      { cwd: projectRoot, env: { PATH: process.env["PATH"] ?? "", ...env }, encoding: "utf8" },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^[^\n]*event 0\n0\n$/);
  });

  it("ends with 4 where there are no logs, or none of the request", async () => {
    const none = await cliHome();
    expect((await cli(["logs"], { env: none.env })).code).toBe(4);
    const { env, add } = await homeWithLogs();
    await add("requests.jsonl", request(1));
    const end = await cli(["logs", "--request", "nobody"], { env });
    expect(end).toMatchObject({ code: 4, stdout: "" });
    expect(end.stderr).toContain("nobody");
  });

  it.each([
    ["--lines", "-1"],
    ["--lines", "many"],
    ["--level", "loud"],
    ["--url", "http://127.0.0.1:1"],
  ])("ends with 2 for %s %s", async (...args) => {
    const { env } = await homeWithLogs();
    expect(await cli(["logs", ...args], { env })).toMatchObject({ code: 2, stdout: "" });
  });
});

async function homeWithLogs() {
  const { env, home } = await cliHome();
  const folder = join(home, "logs");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "service.log"), "");
  const add = (name: string, ...records: object[]): Promise<void> =>
    appendFile(join(folder, name), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  return { env, folder, add };
}

function at(second: number): string {
  return new Date(second * 1000).toISOString();
}

function event(second: number) {
  return { level: 30, time: at(second), msg: `event ${second}` };
}

function request(second: number) {
  return {
    event: "http_request",
    timestamp: at(second),
    request_id: `id-${second}`,
    status_code: 200,
  };
}

/** The seconds of the lines, in their order. */
function times(stdout: string): number[] {
  const lines = stdout.split("\n").filter((line) => line !== "");
  return lines.map((line) => Date.parse((JSON.parse(line) as Line).time) / 1000);
}
