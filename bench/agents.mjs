// What agents cost, and whether they share the machine:
//   npm run bench:agents [-- --only leaks,sharing,steps,waiting]
// On a fake model and a small MCP server. Ends with code 1 when a goal is missed.
import { runScenarios } from "./lib/run-scenarios.mjs";
import { agentLeaks } from "./scenarios/agent-leaks.mjs";
import { agentSharing } from "./scenarios/agent-sharing.mjs";
import { agentStepCost } from "./scenarios/agent-step-cost.mjs";
import { agentWaiting } from "./scenarios/agent-waiting.mjs";

await runScenarios({
  steps: agentStepCost,
  waiting: agentWaiting,
  sharing: agentSharing,
  leaks: agentLeaks,
});
