import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHANGES, changesFor } from "../../../config/changes.ts";
import { COMMAND_VARIABLES } from "../../../config/command-variables.ts";
import { configurationDocument, upgradingDocument } from "../../../config/describe.ts";
import { HANDED_ON } from "../../../config/handed-on.ts";
import { LEFT_OUT, LEFT_OUT_SCRIPTS } from "../../../config/left-out.ts";
import { namesGiven } from "../../../config/load.ts";
import { SETTINGS } from "../../../config/schema.ts";
import { projectRoot } from "../../../src/runtime/paths.ts";

const read = (path: string): string => readFileSync(join(projectRoot, path), "utf8");
const settings = new Set(Object.values(SETTINGS).map(({ env }) => env));
const handedOn = new Set(HANDED_ON.map(({ env }) => env));
const ofCommands = new Set(COMMAND_VARIABLES.map(({ env }) => env));
const leftOut = new Set([...LEFT_OUT, LEFT_OUT_SCRIPTS].flatMap(({ names }) => names));

describe("the table of changes", () => {
  it("has the versions of CHANGELOG.md, in its order", () => {
    const versions = [...new Set(CHANGES.map(({ version }) => version))];
    const headings = [...read("CHANGELOG.md").matchAll(/^## (\S+)/gm)].map(([, name]) => name);
    expect(headings.filter((name) => versions.includes(name ?? ""))).toEqual(versions);
  });

  it("is about settings that there are or were", () => {
    const proxies = new Set(["HTTP_PROXY", "HTTPS_PROXY"]);
    const texts = [
      ...CHANGES.flatMap(({ settings: names, what }) => [...names, what]),
      ...LEFT_OUT.map(({ reason }) => reason),
    ];
    const named = texts.flatMap((text) => text.match(/\b[A-Z]+(?:_[A-Z]+)+\b/g) ?? []);
    const unknown = named.filter((name) =>
      [settings, handedOn, ofCommands, leftOut, proxies].every((names) => !names.has(name)),
    );
    expect(unknown).toEqual([]);
  });

  it("is what docs/upgrading.md was made of", () => {
    expect(read("docs/upgrading.md")).toBe(upgradingDocument());
    for (const { what } of CHANGES) {
      expect(upgradingDocument()).toContain(what.replaceAll("*", String.raw`\*`));
    }
  });
});

describe("docs/configuration.md", () => {
  it("was made of the settings", () => {
    expect(read("docs/configuration.md")).toBe(configurationDocument());
  });

  it.each([...leftOut])("names %s, which is no setting, with the reason", (name) => {
    expect(settings.has(name)).toBe(false);
    const row = configurationDocument()
      .split("\n")
      .find((line) => line.split("|")[1]?.includes(`\`${name}\``));
    expect(row?.split("|")[2]?.trim()).toMatch(/^[A-Z].*\.$/);
  });
});

describe("changesFor", () => {
  it("says nothing where nothing is set that has changed", () => {
    expect(changesFor(() => false)).toEqual([]);
    const given = namesGiven({ PATH: "/bin", API_PORT: "80", API_RELOAD: " " }, [
      "--drain-timeout=1",
    ]);
    expect(changesFor((name) => given.has(name))).toEqual([]);
  });

  it("has a line for each variable or flag that is set, the newest version first", () => {
    const given = namesGiven(
      { client_timeout: "60", HTTP_PROXY: "http://proxy:3128", KEEP_ALIVE: "1" },
      ["--api-host", "127.0.0.1"],
    );
    expect(changesFor((name) => given.has(name))).toEqual([
      expect.stringMatching(/^HTTP_PROXY changed after the last release: Calls to /),
      expect.stringMatching(/^API_HOST changed in 2\.0\.0: The default is /),
      expect.stringMatching(/^CLIENT_TIMEOUT changed in 2\.0\.0: Not read any more\. /),
    ]);
  });
});
