// Whether the service shares one machine fairly, beside the same server without it:
//   npm run bench:fairness [-- --engine]
// On a fake inference server, or with --engine on the embedded one with real models (OLLAMA_MODELS
// names their store). Ends with code 1 when a goal is missed.
import { parseArgs } from "node:util";
import { lightTenant } from "./scenarios/light-tenant.mjs";
import { twoModels } from "./scenarios/two-models.mjs";

const { values } = parseArgs({ options: { engine: { type: "boolean", default: false } } });

for (const scenario of [lightTenant, twoModels]) {
  const { title, table, goal, isMet } = await scenario({ engine: values.engine });
  console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (!isMet) process.exitCode = 1;
}
