import { readConfigFile } from "../config-files.ts";
import { defineCommand } from "../command.ts";
import { SETTINGS_FILE_ARG, withSettingsFile } from "../settings-file.ts";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { oneLine, wrap } from "../output/text.ts";
import type { StyleName } from "../output/style.ts";
import { CHECKS, type Finding, type FindingState } from "./finding.ts";

const STYLES: Record<FindingState, StyleName> = {
  ok: "good",
  unknown: "dim",
  warning: "warn",
  broken: "bad",
};

const STATES = Object.keys(STYLES) as FindingState[];

export const doctor = defineCommand({
  about:
    "It looks at this machine and changes nothing, whether the service runs or not: the runtime, settings, the folder for data and logs, a running service, the port, Ollama and its version, models, disk, memory, graphics, proxies. Exit code 1: something is broken; warnings alone are 0.",
  args: { "settings-file": SETTINGS_FILE_ARG },
  examples: [
    { line: "shared-ollama doctor", about: "What is wrong here, and what to do about it" },
    {
      line: "shared-ollama doctor --json > findings.json",
      about: "For a report of a problem",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["ok", "findings"],
      additionalProperties: false,
      properties: {
        ok: { type: "boolean", description: "Nothing is broken" },
        findings: {
          type: "array",
          items: {
            type: "object",
            required: ["check", "state", "found", "todo"],
            additionalProperties: false,
            properties: {
              check: { enum: CHECKS },
              state: { enum: STATES },
              found: { type: "string" },
              todo: { type: ["string", "null"], description: "null: nothing" },
            },
          },
        },
      },
    },
  },
  run: async (cli, args) => {
    const [{ examine }, { thisMachine }] = await Promise.all([
      import("./examine.ts"),
      import("./machine.ts"),
    ]);
    const env = await withSettingsFile(cli.env, args["settings-file"]);
    const findings = await examine({ machine: thisMachine(), env, readConfig: readConfigFile });
    const ok = findings.every(({ state }) => state !== "broken");
    cli.show({ ok, findings }, (_found, out) => showFindings(findings, out));
    return ok ? EXIT.ok : EXIT.failed;
  },
});

/** The widest state and the widest check. */
const STATE_WIDTH = 9;
const CHECK_WIDTH = 10;

function showFindings(findings: Finding[], out: Output): void {
  const { style } = out;
  const left = STATE_WIDTH + CHECK_WIDTH;
  const width = out.columns - left;
  for (const { check, state, found, todo } of findings) {
    const [first = "", ...more] = wrap(oneLine(found), width);
    const head = style.apply(STYLES[state], state.padEnd(STATE_WIDTH));
    out.line(`${head}${check.padEnd(CHECK_WIDTH)}${first}`);
    for (const line of more) out.line(`${" ".repeat(left)}${line}`);
    if (todo === null) continue;
    const [what = "", ...rest] = wrap(oneLine(todo), width - 2);
    out.line(`${" ".repeat(left)}→ ${what}`);
    for (const line of rest) out.line(`${" ".repeat(left + 2)}${line}`);
  }
  out.line();
  out.line(summary(findings, out));
}

function summary(findings: Finding[], { style }: Output): string {
  const counted = (wanted: FindingState): number =>
    findings.filter(({ state }) => state === wanted).length;
  const [broken, warnings] = [counted("broken"), counted("warning")];
  if (broken + warnings === 0) return style.good("Nothing is wrong.");
  const parts = [
    ...(broken > 0 ? [style.bad(`${broken} broken`)] : []),
    ...(warnings > 0 ? [style.warn(`${warnings} ${warnings === 1 ? "warning" : "warnings"}`)] : []),
  ];
  return `${parts.join(", ")}.`;
}
