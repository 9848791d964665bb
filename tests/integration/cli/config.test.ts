import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { SETTINGS } from "../../../config/schema.ts";
import { cli, cliInTerminal, expectOneLine, expectToFit } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { makeHome } from "../../support/service-process.ts";

interface Shown {
  home: string;
  settings: { name: string; value: string | null; origin: string }[];
}

describe("shared-ollama config show", () => {
  it("shows each setting with its origin, and no secret", async () => {
    const home = await makeHome();
    const env = {
      SHARED_OLLAMA_HOME: home,
      OLLAMA_BASE_URL: "http://me:s3cret@127.0.0.1:1",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=s3cret",
    };
    const end = await cli(["config", "show", "--json"], { env });
    expect(end.code, end.stderr).toBe(0);
    const found = (await expectShape("config show", end.stdout)) as Shown;
    expect(found.home).toBe(home);
    expect(found.settings.length).toBeGreaterThanOrEqual(Object.keys(SETTINGS).length);
    const origins = new Set(found.settings.map(({ origin }) => origin));
    expect(origins).toEqual(new Set(["default", "profile", "environment"]));
    expect(end.stdout + end.stderr).not.toContain("s3cret");
    // Credentials in that address are a mistake, which is another command's.
    expect(end.stderr).toContain("config check");

    const shown = await cliInTerminal(["config", "show"], { env }).endsWith(0);
    expectToFit(shown);
    expect(shown).not.toContain("s3cret");
  });

  it("shows those that are set, or one with its meaning", async () => {
    const file = join(await makeHome(), "settings.env");
    await writeFile(file, "API_PORT=8001\n");
    const set = await cli(["config", "show", "--set", "--json", "--settings-file", file]);
    const { settings } = JSON.parse(set.stdout) as Shown;
    expect(settings.map(({ name, value }) => [name, value])).toEqual([["API_PORT", "8001"]]);
    const one = await cliInTerminal(["config", "show", "queue-model-patience"]).endsWith(0);
    expectToFit(one);
    expect(one).toMatch(/^QUEUE_MODEL_PATIENCE = 30 {2}\(default\)\n/);
    expect(one).toContain("Takes: ");
  });

  it("does not know others", async () => {
    const end = await cli(["config", "show", "API_PROT"]);
    expect(end.code).toBe(4);
    expect(end.stderr).toContain("did you mean API_PORT?");
    expectOneLine(end);
    expect(await cli(["config", "show", "--all"])).toMatchObject({ code: 2 });
    expect(await cli(["config"])).toMatchObject({ code: 2 });
  });
});

describe("shared-ollama config check", () => {
  it("says that a start would take it", async () => {
    const end = await cli(["config", "check", "--json"]);
    expect(end.code, end.stdout).toBe(0);
    expect(await expectShape("config check", end.stdout)).toEqual({
      ok: true,
      mistakes: [],
      warnings: [],
    });
  });

  it("ends with 1 and names each mistake, and what is probably meant", async () => {
    const env = { API_PORT: "no", OLLAMA_BASE_URL: "ftp://x", API_PROT: "1" };
    const shown = await cliInTerminal(["config", "check"], { env }).endsWith(1);
    expectToFit(shown);
    expect(shown).toMatch(/^mistake {2}API_PORT="no"/m);
    expect(shown).toMatch(/^mistake {2}OLLAMA_BASE_URL="ftp/m);
    expect(shown).toMatch(/^warning {2}API_PROT is set/m);
    const json = await cli(["config", "check", "--json"], { env });
    expect(json.code).toBe(1);
    expect(await expectShape("config check", json.stdout)).toMatchObject({ ok: false });
  });

  it("needs the file that is named", async () => {
    const end = await cli(["config", "check", "--settings-file", "/no/file"]);
    expect(end.code).toBe(4);
    expectOneLine(end);
  });
});
