import { parseArgs } from "node:util";

/**
 * Runs scenarios by their names, all or those that `--only a,b` says, and writes what each has found.
 * The process ends with code 1 when a goal is missed.
 * @param scenarios each gives its `title`, a `table`, its `goal` in words, and whether that `isMet`
 */
export async function runScenarios(scenarios) {
  const names = Object.keys(scenarios);
  const { values } = parseArgs({ options: { only: { type: "string", default: names.join(",") } } });
  for (const name of values.only.split(",")) {
    if (!names.includes(name)) throw new Error(`--only takes ${names.join(", ")}, not ${name}`);
    const { title, table, goal, isMet } = await scenarios[name]();
    console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
    if (!isMet) process.exitCode = 1;
  }
}
