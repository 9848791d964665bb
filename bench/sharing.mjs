// How the machine is shared, by the service's own queue under a simulated clock, beside other policies:
//   npm run bench:sharing [-- WORKLOAD ...] [-- --engine]
// The workloads are the files of bench/workloads. With --engine those whose tenants all have work
// waiting are played for real, as many minutes each, on the embedded engine with and without the
// service (OLLAMA_MODELS names its store). Ends with code 1 when a goal is missed.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { engineShares, ENGINE_WORKLOADS } from "./scenarios/engine-shares.mjs";
import { enginePrompts } from "./scenarios/engine-prompts.mjs";
import { engineWaits } from "./scenarios/engine-waits.mjs";
import { lightTenant } from "./scenarios/light-tenant.mjs";
import { twoModels } from "./scenarios/two-models.mjs";
import { dispatchSpeed } from "./scenarios/dispatch-speed.mjs";
import { expectedWaits } from "./scenarios/expected-wait.mjs";
import { patience } from "./scenarios/patience.mjs";
import { prompts } from "./scenarios/prompts.mjs";
import { sharing } from "./scenarios/sharing.mjs";
import { sharingParts } from "./lib/sharing-parts.mjs";

const folder = join(import.meta.dirname, "workloads");

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: "boolean", default: false } },
});
const files = values.engine
  ? ENGINE_WORKLOADS
  : (await readdir(folder)).map((file) => file.replace(/\.json$/, ""));
const unknown = positionals.filter((name) => !files.includes(name));
if (unknown.length > 0) throw new Error(`${unknown.join(", ")}: known are ${files.join(", ")}`);

const parts = await sharingParts();
for (const name of positionals.length > 0 ? positionals : files) {
  const workload = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  say(await (values.engine ? engineShares(name, workload) : sharing(name, workload, parts)));
}
if (positionals.length === 0 && values.engine) {
  say(await lightTenant({ engine: true }));
  say(await twoModels({ engine: true }));
  say(await engineWaits());
  say(await enginePrompts());
} else if (positionals.length === 0) {
  say(await patience(parts));
  say(await prompts(parts));
  say(await expectedWaits(parts));
  say(await dispatchSpeed(parts));
}

function say({ title, table, goal, isMet }) {
  console.log(`${title}:\n\n${table}\n`);
  if (goal) console.log(`Goal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (goal && !isMet) process.exitCode = 1;
}
