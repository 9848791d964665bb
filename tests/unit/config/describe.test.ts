import { expect, it } from "vitest";
import { configurationDocument, helpText } from "../../../config/describe.ts";
import { flagOf } from "../../../config/load.ts";
import { SETTINGS } from "../../../config/schema.ts";

const settings = Object.values(SETTINGS).map((s) => ({
  env: s.env,
  range: s.range,
  about: s.about,
}));

it("shows every setting in the help text, with range and meaning", () => {
  const help = helpText();
  for (const { env, range, about } of settings) {
    expect(help).toContain(`--${flagOf(env)}  (${env}, ${range}, default `);
    expect(help).toContain(about);
  }
});

it("has a row for every setting in the document", () => {
  const [ofSettings = ""] = configurationDocument().split("\n## ");
  const rows = ofSettings.split("\n").filter((line) => line.startsWith("| `"));
  expect(rows.map((row) => row.split("`")[1])).toEqual(settings.map(({ env }) => env));
});

it("keeps wildcards and bars from breaking the table", () => {
  const row = configurationDocument()
    .split("\n")
    .find((line) => line.startsWith("| `ALLOWED_MODELS`"));
  expect(row).toContain(String.raw`| \* |`);
});

it("names no variable twice", () => {
  const names = settings.map(({ env }) => env.toLowerCase());
  expect(new Set(names).size).toBe(names.length);
});
