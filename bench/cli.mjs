// How long a light command of the command line takes, beside a runtime that does nothing:
//   npm run bench:cli        bun bench/cli.mjs
// Ends with code 1 when a goal is missed.
import { runScenarios } from "./lib/run-scenarios.mjs";
import { lightCommands } from "./scenarios/light-commands.mjs";

await runScenarios({ light: lightCommands });
