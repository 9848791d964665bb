// What agents cost, and whether they share the machine:
//   npm run bench:agents [-- --only leaks,sharing,steps,waiting]
// On a fake model and a small MCP server. Ends with code 1 when a goal is missed.
import { parseArgs } from "node:util";
import { agentLeaks } from "./scenarios/agent-leaks.mjs";
import { agentSharing } from "./scenarios/agent-sharing.mjs";
import { agentStepCost } from "./scenarios/agent-step-cost.mjs";
import { agentWaiting } from "./scenarios/agent-waiting.mjs";

const SCENARIOS = {
  steps: agentStepCost,
  waiting: agentWaiting,
  sharing: agentSharing,
  leaks: agentLeaks,
};

const { values } = parseArgs({
  options: { only: { type: "string", default: Object.keys(SCENARIOS).join(",") } },
});

for (const name of values.only.split(",")) {
  const scenario = SCENARIOS[name];
  if (!scenario) throw new Error(`--only takes ${Object.keys(SCENARIOS).join(", ")}, not ${name}`);
  const { title, table, goal, isMet } = await scenario();
  console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (!isMet) process.exitCode = 1;
}
