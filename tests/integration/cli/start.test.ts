import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { homeHolder } from "../../../src/runtime/home-lock.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { cliHome, cliHomeWithOllama } from "../../support/cli-home.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { hasTerminal } from "../../support/terminal.ts";

interface Report {
  started: boolean;
  pid: number;
  url: string;
  status: string;
}

describe("shared-ollama start --background", () => {
  it("returns when the service is ready, and a second one says that it runs already", async () => {
    const { home, env, pid } = await cliHomeWithOllama();
    const first = await cli(["start", "--background", "--json"], { env });
    expect(first.code, first.stderr).toBe(0);
    const started = (await expectShape("start", first.stdout)) as Report;
    expect(started).toMatchObject({ started: true, pid: await pid(), status: "healthy" });
    expect((await fetch(`${started.url}/api/v1/ready`)).status).toBe(200);
    expect(await readFile(join(home, "logs/background.log"), "utf8")).toContain(started.url);

    for (const options of [["--background"], []]) {
      const again = await cli(["start", ...options], { env });
      expect(again.code).toBe(0);
      expect(again.stdout).toContain(`Runs already at ${started.url} (process ${started.pid})`);
    }
    // It is found where it runs, without its address.
    expect((await cli(["health"], { env: { SHARED_OLLAMA_HOME: home } })).code).toBe(0);

    const stopped = await cli(["stop", "--json"], { env });
    expect(await expectShape("stop", stopped.stdout)).toEqual({ stopped: true, pid: started.pid });
    expect(stopped.code).toBe(0);
    expect(await homeHolder(home)).toBeUndefined();
  });

  it("starts one service where it is called twice at once", async () => {
    const { env } = await cliHomeWithOllama();
    const calls = await Promise.all(
      [1, 2].map(() => cli(["start", "--background", "--json"], { env })),
    );
    const reports = calls.map(({ stdout, stderr, code }) => {
      expect(code, stderr).toBe(0);
      return JSON.parse(stdout) as Report;
    });
    expect(new Set(reports.map(({ pid }) => pid)).size).toBe(1);
    expect(reports.filter(({ started }) => started)).toHaveLength(1);
  });

  it("takes no notice of what a service has left that was killed", async () => {
    const { home, env, pid } = await cliHomeWithOllama();
    await mkdir(join(home, "data"), { recursive: true });
    await writeFile(join(home, "data/service.lock"), "");
    // This process: it runs, and is no service.
    const note = JSON.stringify({ pid: process.pid, port: 1 });
    await writeFile(join(home, "data/service.json"), note);
    expect(await cli(["stop"], { env })).toMatchObject({
      code: 0,
      stdout: `Nothing runs in ${home}\n`,
    });
    const { code, stderr } = await cli(["start", "--background"], { env });
    expect(code, stderr).toBe(0);
    expect(await pid()).not.toBe(process.pid);
  });

  it("ends with 2 and says each wrong setting", async () => {
    const { env } = await cliHome({ MAX_BODY_BYTES: "much" });
    const end = await cli(["start", "-b", "--api-port", "70000"], { env });
    expect(end.code).toBe(2);
    expect(end.stderr).toMatch(/API_PORT="70000".*|MAX_BODY_BYTES="much"/);
  });

  it("ends with 1 and the port's holder where another program has it", async () => {
    const taken = await cliHomeWithOllama();
    const { stdout } = await cli(["start", "-b", "--json"], { env: taken.env });
    const { port } = new URL((JSON.parse(stdout) as Report).url);
    const { env, home } = await cliHomeWithOllama({ API_PORT: port });
    const end = await cli(["start", "--background"], { env });
    expect(end).toMatchObject({ code: 1, stdout: "" });
    expect(end.stderr).toContain(port);
    expect(await homeHolder(home)).toBeUndefined();
  });

  it("ends with 1 where it is not ready in time, and goes on; not with --skip-verify", async () => {
    const gone = `http://127.0.0.1:${await freePort(0)}`;
    const { env } = await cliHome({ OLLAMA_BASE_URL: gone });
    const end = await cli(["start", "--background", "--wait", "0"], { env });
    expect(end.code, end.stderr).toBe(1);
    expect(end.stdout).toMatch(/^Started at .*\nNot ready yet: .*shared-ollama status\n/);
    const again = await cli(["restart", "--no-verify", "--wait", "20", "--json"], { env });
    expect(again.code, again.stderr).toBe(0);
    expect(await expectShape("restart", again.stdout)).toMatchObject({ started: true });
  });

  it.each([
    [["start", "--background", "--foreground"], "exclude each other"],
    [["start", "--url", "http://127.0.0.1:1"], "leave --url out"],
    [["start", "--json"], "--background"],
    [["start", "-b", "--wait", "long"], "expected seconds"],
    [["restart", "--wait", "-1"], "expected seconds"],
  ])("ends with 2 for %s", async (args, told) => {
    const { env, home } = await cliHome();
    const end = await cli(args, { env });
    expectOneLine(end);
    expect(end.code).toBe(2);
    expect(end.stderr).toContain(told);
    expect(existsSync(join(home, "logs"))).toBe(false);
  });
});

describe.skipIf(!hasTerminal())("shared-ollama start in a terminal", () => {
  it("stays in front until Ctrl-C, which stops the service in order", async () => {
    const { env, home } = await cliHomeWithOllama();
    const terminal = cliInTerminal(["start", "--api-port", "0"], { env });
    await terminal.shows(/Listening on http:/);
    const { stdout } = await cli(["status"], { env });
    expect(stdout).toContain("healthy");
    terminal.interrupt();
    await terminal.shows("Stopped.");
    await terminal.endsWith(0);
    expect(await homeHolder(home)).toBeUndefined();
  });

  it("shows how long it has waited, and leaves only the result", async () => {
    const { env } = await cliHomeWithOllama();
    const terminal = cliInTerminal(["start", "--background"], { env });
    expectToFit(await terminal.endsWith(0));
    expect(terminal.text()).toMatch(/^Starting \(\d+ s\)$/m);
    // The line that waited is wiped out before.
    expect(terminal.raw()).toContain("\r\u001B[KStarted at http");
    const stopping = cliInTerminal(["stop"], { env });
    expect(await stopping.endsWith(0)).toContain("Stopped (process");
  });
});
