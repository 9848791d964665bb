import { PASSED, REFUSED } from "./outcomes.ts";
import { runTrial } from "./run-trial.ts";

const say = (word: string) => process.stdout.write(`${word}\n`, () => process.exit(0));

// The engine holds the other end of stdin. When that closes, no one waits for the outcome.
process.stdin.on("end", () => process.exit(1)).resume();

// Errors in words are not reported: the engine gets them again when it loads the model.
runTrial(process.argv[2] ?? "").then(
  () => say(PASSED),
  () => say(REFUSED),
);
