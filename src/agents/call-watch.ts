import { RunEnd } from "./run-end.ts";
import { callKey, digest, type ModelCall } from "./tool-call.ts";

/** The same call with the same result: so often it is made before the run ends. */
const MOST_REPEATS = 3;

/** Calls that cannot be made: the model is told twice, and then the run ends. */
const MOST_WRONG = 3;

/** Calls of one turn of a model. Models make a handful. */
const MOST_OF_A_TURN = 32;

/** Sees to it that a model which goes round in circles comes to an end. */
export class CallWatch {
  readonly #maxCalls: number;
  readonly #results = new Map<string, { result: string; count: number }>();
  #calls = 0;
  #unknown = 0;
  #broken = 0;

  /** @param maxCalls calls that a run may make; undefined: as many as its turns make. */
  constructor(maxCalls: number | undefined) {
    this.#maxCalls = maxCalls ?? Number.POSITIVE_INFINITY;
  }

  /** Calls that one turn has made. @throws RunEnd for more than any has reason to. */
  assertFew(count: number): void {
    if (count > MOST_OF_A_TURN) throw new RunEnd("max_tool_calls");
  }

  /** A tool is about to be called. @throws RunEnd where the run may call no more. */
  begins(): void {
    if (this.#calls >= this.#maxCalls) throw new RunEnd("max_tool_calls");
    this.#calls += 1;
  }

  /** There is no such tool. @throws RunEnd the third time. */
  isUnknown(): void {
    this.#unknown += 1;
    if (this.#unknown >= MOST_WRONG) throw new RunEnd("unknown_tool");
  }

  /** The arguments are no JSON object. @throws RunEnd the third time. */
  isBroken(): void {
    this.#broken += 1;
    if (this.#broken >= MOST_WRONG) throw new RunEnd("broken_arguments");
  }

  /** A call has come to something. @throws RunEnd where it did so twice before, in the same way. */
  ended(call: ModelCall, text: string): void {
    const key = callKey(call);
    const result = digest(text);
    const before = this.#results.get(key);
    const count = before?.result === result ? before.count + 1 : 1;
    this.#results.set(key, { result, count });
    if (count >= MOST_REPEATS) throw new RunEnd("repeated_calls");
  }
}
