// Speed, quality and memory of the similarity thread:
//   node --expose-gc bench/similarity.mjs
// Takes some minutes, most of them for building an index of 100 000 vectors. Ends with code 1
// when a goal is missed.
import { similarityLookup } from "./scenarios/similarity-lookup.mjs";

const { title, table, goal, isMet } = await similarityLookup();
console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
if (!isMet) process.exitCode = 1;
