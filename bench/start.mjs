// How soon the service is healthy, from the start of its process, with the embedded engine:
//   npm run bench:start        bun bench/start.mjs
// OLLAMA_MODELS names a store that holds the text model. Ends with code 1 when the goal is missed.
import { runScenarios } from "./lib/run-scenarios.mjs";
import { serviceStart } from "./scenarios/service-start.mjs";

await runScenarios({ start: serviceStart });
