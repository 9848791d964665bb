import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../../../src/hosts/server.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { startCliService } from "../../support/cli-service.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { until } from "../../support/deadline.ts";
import { HeldAnswers } from "../../support/held-answers.ts";
import { jsonOf } from "../../support/service.ts";

const KEPT = { REQUEST_LOG_ENABLED: "true" };
const ID = "00000000-0000-4000-8000-000000000000";

it.each([
  "queue",
  "usage",
  "analytics",
  "performance",
  "requests list",
  `requests show ${ID}`,
  `requests cancel ${ID} --yes`,
  "cache stats",
  "cache clear --yes",
])("%s ends with 3 where nothing answers", async (line) => {
  const url = `http://127.0.0.1:${await freePort(0)}`;
  const end = await cli([...line.split(" "), "--url", url]);
  expectOneLine(end);
  expect(end).toMatchObject({
    code: 3,
    stderr: `Nothing answers at ${url}. Start it: shared-ollama start\n`,
  });
});

it.each([
  "queue --every 0",
  "usage --window 0",
  "usage --window soon",
  "analytics --export /tmp/requests.txt",
  "performance more",
  "requests",
  "requests list --limit 1000",
  "requests list --status bad",
  "requests show",
  "requests show ab",
  "cache clear",
])("%s ends with 2 and says why", async (line) => {
  const service = await startCliService();
  const end = await cli(line.split(" "), { env: service.env });
  expectOneLine(end);
  expect(end.code).toBe(2);
});

/** A service that two projects have asked, all of it written down. */
async function usedService(settings: Record<string, string> = {}) {
  const service = await startCliService({ ...KEPT, ...settings });
  const { gateway } = service;
  for (const project of ["a", "b", "b"]) {
    const answer = await gateway.post(
      "/api/v1/chat",
      { model: "fake", messages: [{ role: "user", content: `${project} asks` }] },
      { headers: { "content-type": "application/json", "x-project-name": project } },
    );
    expect(answer.status).toBe(200);
    await answer.text();
  }
  await until(async () => {
    const { requests } = await jsonOf(await gateway.get("/api/v1/requests"));
    return (requests as { model: unknown }[]).filter(({ model }) => model !== null).length === 3;
  }, "the records are kept");
  return service;
}

describe("what was used", () => {
  it("is shown by project and model, and fits a terminal", async () => {
    const service = await usedService();
    for (const name of ["usage", "analytics", "performance", "requests list"]) {
      const shown = await service.run(name.split(" "));
      expect(shown, name).toContain("fake");
      await expectShape(name, await service.run([...name.split(" "), "--json"]));
      const terminal = cliInTerminal(name.split(" "), { env: service.env });
      expectToFit(await terminal.endsWith(0));
    }
    expect(await service.run(["usage"])).toMatch(/\bb +fake\S* +2 /);
    expect(await service.run(["usage", "--project", "a"])).not.toMatch(/\bb +fake/);
  });

  it("is written to files, whole or not at all", async () => {
    const service = await usedService();
    const folder = await mkdtemp(join(tmpdir(), "shared-ollama-export-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const csv = join(folder, "usage.csv");
    await service.run(["usage", "--export-csv", csv]);
    expect(await readFile(csv, "utf8")).toMatch(/^day,project,model,/);
    const requests = join(folder, "requests.parquet");
    await service.run(["analytics", "--export", requests]);
    expect((await readFile(requests)).subarray(0, 4).toString()).toBe("PAR1");
    const end = await cli(["usage", "--export-csv", join(folder, "no", "usage.csv")], {
      env: service.env,
    });
    expectOneLine(end);
    expect(end.code).toBe(4);
    expect(await readdir(folder)).toEqual(["requests.parquet", "usage.csv"]);
  });

  it("is nothing where nobody has asked", async () => {
    const service = await startCliService(KEPT);
    expect(await service.run(["usage"])).toContain("Nobody has used anything");
    expect(await service.run(["performance"])).toContain("No request");
    expect(await service.run(["requests", "list"])).toContain("There is no such request.");
  });
});

describe("shared-ollama requests", () => {
  it("shows one by the first characters of its id, and ends with 4 for one that is not there", async () => {
    const service = await usedService();
    const listed = await service.run(["requests", "list"]);
    const [, id = ""] = /^.* a +fake.* ([0-9a-f-]{13})$/m.exec(listed) ?? [];
    const shown = await service.run(["requests", "show", id]);
    expect(shown).toMatch(/^Project +a$/m);
    expect(shown).toMatch(/^Model +fake/m);
    await expectShape("requests show", await service.run(["requests", "show", id, "--json"]));
    for (const args of [
      ["requests", "show", ID],
      ["requests", "show", "ffffffff"],
      ["requests", "cancel", ID, "--yes"],
    ]) {
      const end = await cli(args, { env: service.env });
      expectOneLine(end);
      expect(end.code, args.join(" ")).toBe(4);
    }
  });

  it("cancels one that runs, after it was asked", async () => {
    const service = await startCliService(KEPT);
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const waiting = gateway.post("/api/v1/chat", {
      model: "fake",
      messages: [{ role: "user", content: "Hi" }],
    });
    await chats.next();
    const [{ request_id: id = "" } = {}] = (
      (await jsonOf(await gateway.get("/api/v1/requests?model=fake"))) as {
        running: { request_id?: string }[];
      }
    ).running;
    const unasked = await cli(["requests", "cancel", id], { env: service.env });
    expectOneLine(unasked);
    expect(unasked.code).toBe(2);
    const ended = await service.run(["requests", "cancel", id, "--yes"]);
    expect(ended).toBe(`Cancelled: ${id}\n`);
    expect((await waiting).status).toBe(409);
  });
});

describe("shared-ollama queue", () => {
  it("is drawn again and again in a terminal, and leaves it as it was", async () => {
    const service = await usedService();
    const terminal = cliInTerminal(["queue", "--every", "1"], { env: service.env });
    await terminal.shows(/b +0 +0/);
    terminal.interrupt();
    await terminal.endsWith(130);
    expect(terminal.raw()).toContain("\u001B[?1049l");
  });

  it("leaves the terminal as it was when it is told to end, too", async () => {
    const service = await usedService();
    const terminal = cliInTerminal(["queue"], { env: service.env });
    await terminal.shows(/b +0 +0/);
    terminal.terminate();
    await terminal.endsWith(143);
    expect(terminal.raw()).toContain("\u001B[?1049l");
  });

  it("is written once when it is piped, and with --once", async () => {
    const service = await usedService();
    expect(await service.run(["queue"])).toMatch(/^Queue {2}0 running, 0 waiting\n/);
    await expectShape("queue", await service.run(["queue", "--json"]));
    const terminal = cliInTerminal(["queue", "--once"], { env: service.env });
    expectToFit(await terminal.endsWith(0));
  });
});

describe("shared-ollama cache", () => {
  it("tells what is kept, and forgets it", async () => {
    const service = await usedService({ RESPONSE_CACHE_ENABLED: "true" });
    expect(await service.run(["cache", "stats"])).toMatch(/^Answers +2 of /);
    await expectShape("cache stats", await service.run(["cache", "stats", "--json"]));
    expect(await service.run(["cache", "clear", "--project", "a", "--yes"])).toBe(
      "Forgotten: 1 answers\n",
    );
    const rest = await service.run(["cache", "clear", "--yes", "--json"]);
    expect(await expectShape("cache clear", rest)).toEqual({ dropped: 1 });
  });
});
