// How fast and how small the embedded engine is, beside its binding to llama.cpp alone:
//   npm run bench:engine
// OLLAMA_MODELS names a store that holds the text model. Ends with code 1 when a goal is missed.
import { engineMemory } from "./scenarios/engine-memory.mjs";
import { engineSpeed } from "./scenarios/engine-speed.mjs";
import { engineStart } from "./scenarios/engine-start.mjs";
import { engineTurns } from "./scenarios/engine-turns.mjs";

for (const scenario of [engineStart, engineSpeed, engineTurns, engineMemory]) {
  const { title, table, goal, isMet } = await scenario();
  console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (!isMet) process.exitCode = 1;
}
