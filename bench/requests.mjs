// What the records of requests cost, how fast they are written and read, what strict answers cost:
//   npm run bench:requests [-- --only cost,strict,service,store]
// On the runtime that it is started with. The service takes minutes, in many rounds; so
// does the store, which is filled with a million requests. Ends with code 1 when a goal is missed.
import { parseArgs } from "node:util";
import { requestCost } from "./scenarios/request-cost.mjs";
import { requestService } from "./scenarios/request-service.mjs";
import { requestStore } from "./scenarios/request-store.mjs";
import { strictAnswers } from "./scenarios/strict-answers.mjs";

const SCENARIOS = {
  cost: requestCost,
  strict: strictAnswers,
  service: requestService,
  store: requestStore,
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
