import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startFakeOllama } from "../../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../../support/service-process.ts";

const PARTIAL = `models/blobs/sha256-${"a".repeat(64)}-partial`;
const REMOVABLE = [
  "logs/api.log",
  "logs/api.log.1",
  "logs/requests.jsonl",
  "logs/perf_reports/async_load_test_1.json",
  "data/response-cache.db",
  "data/response-cache.db-wal",
  "data/service.json",
  "data/half.tmp",
  PARTIAL,
];
const KEPT = [
  "data/requests.db",
  "data/key-secret",
  "logs/notes.txt",
  `models/blobs/sha256-${"a".repeat(64)}`,
  "config.log",
];

/** A folder in which a service has worked; each file has 100 bytes. */
async function usedHome(): Promise<string> {
  const home = await makeHome();
  for (const folder of ["logs/perf_reports", "data", "models/blobs"]) {
    await mkdir(join(home, folder), { recursive: true });
  }
  for (const name of [...REMOVABLE, ...KEPT]) await writeFile(join(home, name), "x".repeat(100));
  await symlink(join(home, "config.log"), join(home, "logs", "linked.log"));
  return home;
}

const thereIn = (home: string, names: string[]): string[] =>
  names.filter((name) => existsSync(join(home, name)));

describe("shared-ollama cleanup", () => {
  it("only says what would go", async () => {
    const home = await usedHome();
    const end = await cli(["cleanup", "--dry-run", "--json"], {
      env: { SHARED_OLLAMA_HOME: home },
    });
    expect(end.code, end.stderr).toBe(0);
    const found = (await expectShape("cleanup", end.stdout)) as { files: { path: string }[] };
    expect(found).toMatchObject({ dry_run: true, freed_bytes: 900, service_running: false });
    expect(found.files.map(({ path }) => path).sort()).toEqual(
      REMOVABLE.map((name) => join(home, name)).sort(),
    );
    expect(thereIn(home, REMOVABLE)).toEqual(REMOVABLE);
  });

  it("asks on a terminal, and removes what it named and nothing else", async () => {
    const home = await usedHome();
    const env = { SHARED_OLLAMA_HOME: home };
    const refused = cliInTerminal(["cleanup"], { env });
    await refused.shows("Remove 9 files");
    refused.type("n");
    await refused.endsWith(1);
    expect(thereIn(home, REMOVABLE)).toEqual(REMOVABLE);

    const agreed = cliInTerminal(["cleanup"], { env });
    await agreed.shows("Remove 9 files");
    agreed.type("y");
    const shown = await agreed.endsWith(0);
    expect(shown).toContain("Freed 900 B in 9 files");
    expectToFit(shown.slice(shown.indexOf("FILE")));
    expect(thereIn(home, REMOVABLE)).toEqual([]);
    expect(thereIn(home, KEPT)).toEqual(KEPT);

    const again = await cli(["cleanup"], { env });
    expect(again).toMatchObject({ code: 0 });
    expect(again.stdout).toContain("Nothing is to be removed");
  });

  it("needs --yes where nobody can answer", async () => {
    const home = await usedHome();
    const env = { SHARED_OLLAMA_HOME: home };
    const end = await cli(["cleanup"], { env });
    expect(end.code).toBe(2);
    expectOneLine(end);
    expect(thereIn(home, REMOVABLE)).toEqual(REMOVABLE);
    expect(await cli(["cleanup", "--yes"], { env })).toMatchObject({ code: 0 });
    expect(thereIn(home, REMOVABLE)).toEqual([]);
  });

  it("takes nothing from under a running service", async () => {
    const home = await usedHome();
    const ollama = await startFakeOllama();
    const service = startServiceProcess({ home, env: { OLLAMA_BASE_URL: ollama.url } });
    await service.listening();
    const end = await cli(["cleanup", "--yes", "--json"], { env: { SHARED_OLLAMA_HOME: home } });
    expect(end.code, end.stderr).toBe(0);
    expect(await expectShape("cleanup", end.stdout)).toMatchObject({ service_running: true });
    const left = REMOVABLE.filter((name) => !/\.1$|perf_reports/.test(name));
    expect(thereIn(home, REMOVABLE)).toEqual(left);
    expect((await service.get("/api/v1/ready")).status).toBe(200);
  }, 60_000);

  it("does not follow a folder that is a link", async () => {
    const home = await makeHome();
    const elsewhere = await usedHome();
    await symlink(join(elsewhere, "logs"), join(home, "logs"));
    const end = await cli(["cleanup", "--yes"], { env: { SHARED_OLLAMA_HOME: home } });
    expect(end.stdout).toContain("Nothing is to be removed");
    expect(thereIn(elsewhere, REMOVABLE)).toEqual(REMOVABLE);
  });
});
