import { changesFor } from "../../../../config/changes.ts";
import { isLoopback, namesGiven, settingsGiven } from "../../../../config/load.ts";
import { misspeltSettings } from "../../../../config/misspelt.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, broken } = findingsOf("settings");

/** Settings, profiles and shares: what stops a start, what is probably meant otherwise. */
export function checkSettings(facts: Pick<Facts, "config" | "env" | "unreadable">): Finding[] {
  const { config, env, unreadable } = facts;
  const findings = [
    ...unreadable.map((what) => broken(`${what}.`, "Give this user the right to read it.")),
    ...config.problems.map((problem) => broken(problem, whereToMend(problem))),
    ...misspeltSettings(env).map(({ name, meant }) =>
      warning(
        `${name} is set, and no setting has that name.`,
        meant ? `Set ${meant} if that is meant.` : "All names: `shared-ollama config show`.",
      ),
    ),
    ...openDoor(config),
    ...leftOut(env),
  ];
  return findings.length > 0 ? findings : [ok(`No mistakes; ${countSet(env)}.`)];
}

function whereToMend(problem: string): string {
  const file = /^config\/\S+\.yaml/.exec(problem)?.[0];
  if (file !== undefined) return `Mend ${file}, then \`shared-ollama config check\`.`;
  return "Set it right or unset it, then `shared-ollama config check`.";
}

function openDoor({ settings }: Facts["config"]): Finding[] {
  const { apiHost, allowUnauthenticated } = settings;
  if (isLoopback(apiHost) || !allowUnauthenticated) return [];
  return [
    warning(
      `API_HOST=${apiHost}: whoever reaches this machine can use it, and nobody is asked who he is.`,
      "Keep it to a network that you trust, or put a reverse proxy in front (docs/deployment.md).",
    ),
  ];
}

/** Variables that an upgrade has left without effect. */
function leftOut(env: Facts["env"]): Finding[] {
  const set = namesGiven(env, []);
  const gone = changesFor((name) => set.has(name)).filter((line) =>
    line.includes(": Not read any more."),
  );
  return gone.map((line) => warning(line, `Unset ${line.split(" ")[0] ?? "it"}.`));
}

function countSet(env: Facts["env"]): string {
  const count = Object.keys(settingsGiven(env, [])).length;
  if (count === 0) return "all settings have their defaults";
  return count === 1 ? "one setting is set" : `${count} settings are set`;
}
