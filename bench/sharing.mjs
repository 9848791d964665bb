// How the machine is shared, by the service's own queue under a simulated clock, beside other policies:
//   npm run bench:sharing [-- NAME ...] [-- --engine]
// Names are those of the workloads in bench/workloads, and of the further parts below; without one all
// are measured. With --engine those workloads whose tenants all have work waiting are played for real
// on the embedded engine with and without the service (OLLAMA_MODELS names its store): on two cores
// that do nothing else a workload takes 4 to 15 minutes, a part 2 to 6. Ends with code 1 when a goal
// is missed.
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

const parts = await sharingParts();
const workloads = values.engine
  ? ENGINE_WORKLOADS
  : (await readdir(folder)).map((file) => file.replace(/\.json$/, ""));
const scenarios = new Map([
  ...workloads.map((name) => [name, () => played(name)]),
  ...Object.entries(
    values.engine
      ? {
          "light-tenant": () => lightTenant({ engine: true }),
          "two-models": () => twoModels({ engine: true }),
          waits: engineWaits,
          prompts: enginePrompts,
        }
      : {
          patience: () => patience(parts),
          prompts: () => prompts(parts),
          waits: () => expectedWaits(parts),
          dispatch: () => dispatchSpeed(parts),
        },
  ),
]);

const unknown = positionals.filter((name) => !scenarios.has(name));
if (unknown.length > 0) {
  throw new Error(`${unknown.join(", ")}: known are ${[...scenarios.keys()].join(", ")}`);
}
for (const name of positionals.length > 0 ? positionals : scenarios.keys()) {
  say(await scenarios.get(name)());
}

/** @param {string} name of a workload */
async function played(name) {
  const workload = JSON.parse(await readFile(join(folder, `${name}.json`), "utf8"));
  return values.engine ? engineShares(name, workload) : sharing(name, workload, parts);
}

function say({ title, table, goal, isMet }) {
  console.log(`${title}:\n\n${table}\n`);
  if (goal) console.log(`Goal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (goal && !isMet) process.exitCode = 1;
}
