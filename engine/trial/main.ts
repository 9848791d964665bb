import { PASSED, REFUSED } from "./outcomes.ts";
import { runTrial } from "./run-trial.ts";

const say = (word: string) => process.stdout.write(`${word}\n`, () => process.exit(0));

// The engine holds the other end: when it is gone, nobody waits for the outcome.
process.stdin.on("end", () => process.exit(1)).resume();

// What llama.cpp says of the model in words, the engine hears again when it loads it.
runTrial(process.argv[2] ?? "").then(
  () => say(PASSED),
  () => say(REFUSED),
);
