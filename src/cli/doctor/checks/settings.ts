import { settingsGiven } from "../../../../config/load.ts";
import { settingWarnings } from "../../../../config/warnings.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, broken } = findingsOf("settings");

/** Settings, profiles and shares: what stops a start, what is probably meant otherwise. */
export function checkSettings(facts: Pick<Facts, "config" | "env" | "unreadable">): Finding[] {
  const { config, env, unreadable } = facts;
  const findings = [
    ...unreadable.map((what) => broken(`${what}.`, "Give this user the right to read it.")),
    ...config.problems.map((problem) => broken(problem, whereToMend(problem))),
    ...settingWarnings(env, config.settings).map(({ found, todo }) => warning(found, todo)),
  ];
  return findings.length > 0 ? findings : [ok(`No mistakes; ${countSet(env)}.`)];
}

function whereToMend(problem: string): string {
  const file = /^config\/\S+\.yaml/.exec(problem)?.[0];
  if (file !== undefined) return `Mend ${file}, then \`shared-ollama config check\`.`;
  return "Set it right or unset it, then `shared-ollama config check`.";
}

function countSet(env: Facts["env"]): string {
  const count = Object.keys(settingsGiven(env, [])).length;
  if (count === 0) return "all settings have their defaults";
  return count === 1 ? "one setting is set" : `${count} settings are set`;
}
