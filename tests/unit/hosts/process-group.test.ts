import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it, onTestFinished } from "vitest";
import { endGroup, signalProcess } from "../../../src/hosts/process-group.ts";
import { within } from "../../support/deadline.ts";

const LONG = "setInterval(() => {}, 1000)";

/** A leader that starts a member and is killed; the member says when it is ready. */
async function orphanedGroup(member: string): Promise<number> {
  const said = `${member}; console.log("up"); ${LONG}`;
  const leads = `require("child_process").spawn(process.execPath, ["-e", ${JSON.stringify(said)}], { stdio: "inherit" }); ${LONG}`;
  const leader = spawn(process.execPath, ["-e", leads], {
    detached: true,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const pid = leader.pid ?? 0;
  onTestFinished(() => void signalProcess(-pid, "SIGKILL"));
  await within(once(leader.stdout, "data"), "the group is up", 30_000);
  leader.kill("SIGKILL");
  await within(once(leader, "exit"), "the leader's end", 30_000);
  return pid;
}

describe("endGroup", () => {
  it("asks what a process has left behind to end", async () => {
    const pid = await orphanedGroup("");
    const startedAt = performance.now();
    await endGroup(pid, 60_000);
    expect(performance.now() - startedAt).toBeLessThan(60_000);
  }, 90_000);

  it("kills what does not listen", async () => {
    const pid = await orphanedGroup('process.on("SIGTERM", () => {})');
    await within(endGroup(pid, 50), "the end of the group", 30_000);
  }, 90_000);

  it("signals nobody when there is no such group", async () => {
    await within(endGroup(2 ** 22 + 1, 60_000), "the answer that there is none");
  });
});
