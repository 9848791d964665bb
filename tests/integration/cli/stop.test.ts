import { describe, expect, it } from "vitest";
import { homeHolder } from "../../../src/runtime/home-lock.ts";
import { cli, cliInTerminal, startCli } from "../../support/cli.ts";
import { cliHome, cliHomeWithOllama } from "../../support/cli-home.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { HeldAnswers } from "../../support/held-answers.ts";
import { startServiceProcess } from "../../support/service-process.ts";

const QUESTION = { model: "qwen3:14b", messages: [{ role: "user", content: "Hi" }], stream: false };

describe("shared-ollama stop", () => {
  it("says that nothing runs, and ends with 0", async () => {
    const { env, home } = await cliHome();
    expect(await cli(["stop"], { env })).toEqual({
      code: 0,
      stdout: `Nothing runs in ${home}\n`,
      stderr: "",
    });
    const { stdout } = await cli(["stop", "--json"], { env });
    expect(await expectShape("stop", stdout)).toEqual({ stopped: false, pid: null });
  });

  it("stops a service that was started otherwise, and leaves an Ollama that it did not start", async () => {
    const { env, home, ollama } = await cliHomeWithOllama();
    const service = startServiceProcess({ home, env });
    await service.listening();
    const { code, stdout } = await cli(["stop"], { env });
    expect(code).toBe(0);
    expect(stdout).toBe(`Stopped (process ${service.pid})\n`);
    await service.endsWith(0);
    expect((await fetch(`${ollama.url}/api/version`)).status).toBe(200);
  });

  it("lets answers under way end, gives up in time, and ends them with --force", async () => {
    const { env, ollama, home } = await cliHomeWithOllama({ DRAIN_TIMEOUT: "60" });
    const service = startServiceProcess({ home, env });
    await service.listening();
    const held = new HeldAnswers(ollama, "/api/chat");
    const answer = service.post("/api/v1/chat", QUESTION).catch(() => undefined);
    await held.next();
    const patient = await cli(["stop", "--wait", "1"], { env });
    expect(patient.code).toBe(1);
    expect(patient.stderr).toContain("--force");
    expect((await homeHolder(home))?.pid).toBe(service.pid);
    const forced = await cli(["stop", "--wait", "1", "--force"], { env });
    expect(forced).toMatchObject({ code: 0, stdout: `Stopped (process ${service.pid})\n` });
    expect(await homeHolder(home)).toBeUndefined();
    await answer;
  });

  it("leaves the terminal with Ctrl-C while it waits; the service goes on stopping", async () => {
    const { env, ollama, home } = await cliHomeWithOllama({ DRAIN_TIMEOUT: "60" });
    const service = startServiceProcess({ home, env });
    await service.listening();
    const held = new HeldAnswers(ollama, "/api/chat");
    const answer = service.post("/api/v1/chat", QUESTION).catch(() => undefined);
    await held.next();
    const terminal = cliInTerminal(["stop"], { env });
    await terminal.shows("Stopping: answers under way may end");
    terminal.interrupt();
    await terminal.endsWith(130);
    expect(terminal.raw()).toContain("\u001B[?25h");
    service.signal("SIGKILL");
    await answer;
  });

  it("ends with 2 for what is no time", async () => {
    const { env } = await cliHome();
    const end = startCli(["stop", "--wait", "soon"], { env });
    expect(await end.code).toBe(2);
  });
});
