// How long a light command of the command line takes, beside a runtime that does nothing:
//   npm run bench:cli        bun bench/cli.mjs
// Ends with code 1 when a goal is missed.
import { lightCommands } from "./scenarios/light-commands.mjs";

const { title, table, goal, isMet } = await lightCommands();
console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.`);
if (!isMet) process.exitCode = 1;
