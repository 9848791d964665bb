import { describe, expect, it } from "vitest";
import { SETTINGS, type Settings } from "../../../config/schema.ts";
import { bodyMemoryBytes } from "../../../src/compose/requests.ts";
import { workerThreads } from "../../../src/compose/images.ts";
import { LIMITS, limitsInForce, limitsSchema } from "../../../src/models/limits.ts";
import { loadSettings } from "../../support/config.ts";

const shown = (settings: Settings): Record<string, unknown> =>
  limitsInForce(settings, {
    bodyMemoryBytes: bodyMemoryBytes(settings),
    workerThreads: workerThreads(settings),
    promptLimits: {},
    requestsPerMinute: { chat: 60 },
    listEntries: {},
    server: { parallel: 1, capacity: undefined },
  });

const at = (limits: Record<string, unknown>, field: string): unknown =>
  field
    .split(".")
    .reduce<unknown>((group, name) => (group as Record<string, unknown>)[name], limits);

/** Values of settings that have no numbers, and how the limit is shown then. */
const NOT_NUMBERS: Record<string, [string, unknown]> = {
  rate_limit_enabled: ["false", false],
  requests_per_minute: ["false", null],
  allowed_models: ["a,b:*", ["a", "b:*"]],
};

describe("limitsInForce", () => {
  const changing = LIMITS.flatMap(({ field, setting }) => (setting ? [{ field, setting }] : []));

  it.each(changing)("shows at $field what $setting says", ({ field, setting }) => {
    const { env, range, fallback } = SETTINGS[setting];
    const ends = /^([\d.]+)–([\d.]+)/.exec(range)?.slice(1) ?? [];
    const other = ends.findLast((end) => end !== fallback) ?? "";
    const [text, expected] = NOT_NUMBERS[field] ?? [other, Number(other)];
    expect(text, `a value for ${env}`).not.toBe("");
    expect(at(shown(loadSettings({ [env]: text })), field)).toEqual(expected);
    expect(at(shown(loadSettings({})), field)).not.toEqual(expected);
  });

  it("has each field once", () => {
    const fields = LIMITS.map(({ field }) => field);
    expect(new Set(fields).size).toBe(fields.length);
  });
});

describe("limitsSchema", () => {
  it.each(["true", "false"])("describes every limit in force with RATE_LIMIT_ENABLED=%s", (on) => {
    const limits = shown(loadSettings({ RATE_LIMIT_ENABLED: on }));
    // What it does not describe, it would leave out.
    expect(limitsSchema().parse(limits)).toEqual(limits);
  });

  it("says what each of them limits", () => {
    const silent = LIMITS.filter(({ setting, about }) => setting === undefined && !about);
    expect(silent).toEqual([]);
  });
});
