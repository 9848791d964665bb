// What the records of requests cost, how fast they are written and read, what strict answers cost:
//   npm run bench:requests [-- --only cost,strict,service,store]
// On the runtime that it is started with. The service takes minutes, in many rounds; so
// does the store, which is filled with a million requests. Ends with code 1 when a goal is missed.
import { runScenarios } from "./lib/run-scenarios.mjs";
import { requestCost } from "./scenarios/request-cost.mjs";
import { requestService } from "./scenarios/request-service.mjs";
import { requestStore } from "./scenarios/request-store.mjs";
import { strictAnswers } from "./scenarios/strict-answers.mjs";

await runScenarios({
  cost: requestCost,
  strict: strictAnswers,
  service: requestService,
  store: requestStore,
});
