// How soon the service is healthy, from the start of its process, with the embedded engine:
//   npm run bench:start        bun bench/start.mjs
// OLLAMA_MODELS names a store that holds the text model. Ends with code 1 when the goal is missed.
import { serviceStart } from "./scenarios/service-start.mjs";

const { title, table, goal, isMet } = await serviceStart();
console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.`);
if (!isMet) process.exitCode = 1;
