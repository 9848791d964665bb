import { spawn } from "node:child_process";
import { extname, join } from "node:path";
import { EngineError } from "../errors.ts";
import type { Environment } from "../settings.ts";
import { SizedCache } from "../sized-cache.ts";
import { type Crash, crashFrom } from "./crash.ts";
import { PASSED, REFUSED } from "./outcomes.ts";

export type TrialRequest = { readonly weightsPath: string; readonly embeddingOnly: boolean };

type Model = TrialRequest & { readonly weightsDigest: string };

export type Outcome =
  | { readonly kind: "passed" }
  /** The model could not be loaded now; nothing crashed. */
  | { readonly kind: "refused" }
  | Crash;

export type Try = (request: TrialRequest) => Promise<Outcome>;

type TrialsOptions = {
  /** Digests of weights that need no trial. */
  readonly known: Iterable<string>;
  /** The environment of the trials' processes. */
  readonly environment: Environment;
  readonly tryModel?: Try;
};

/** The longest trial: as long as Ollama lets a load take. */
const LONGEST_MS = 300_000;
const LAST_WORDS_CHARS = 2_000;
/** The most models that are remembered for a crash: a client can make any number of them. */
const MAX_CRASHED = 1_000;

/**
 * Tries each model in a process of its own before the engine loads it. llama.cpp checks little in a
 * model file, and ends its process where it finds something impossible. Model files are not
 * trusted, and the engine's process has other requests to answer. A model that crashed is refused
 * later without another process.
 */
export class Trials {
  readonly #passed: Set<string>;
  /** Reasons by the digest of the weights. */
  readonly #crashed = new SizedCache<string>(MAX_CRASHED);
  readonly #try: Try;

  constructor({ known, environment, tryModel = tryInProcess(environment) }: TrialsOptions) {
    this.#passed = new Set(known);
    this.#try = tryModel;
  }

  /** @throws {EngineError} 500 when the model crashes llama.cpp. */
  async pass({ weightsDigest, weightsPath, embeddingOnly }: Model): Promise<void> {
    if (this.#passed.has(weightsDigest)) return;
    const known = this.#crashed.get(weightsDigest);
    if (known !== undefined) throw gaveUp(known);
    const outcome = await this.#try({ weightsPath, embeddingOnly });
    if (outcome.kind === "crashed") {
      if (outcome.isLasting) this.#crashed.set(weightsDigest, outcome.reason, 1);
      throw gaveUp(outcome.reason);
    }
    if (outcome.kind === "passed") this.#passed.add(weightsDigest);
  }
}

const gaveUp = (reason: string): EngineError =>
  new EngineError(500, `unable to load model: llama.cpp gave up on it: ${reason}`);

function tryInProcess(environment: Environment): Try {
  return (request) => tryOnce(request, environment);
}

async function tryOnce(request: TrialRequest, environment: Environment): Promise<Outcome> {
  const entry = join(import.meta.dirname, `main${extname(import.meta.filename)}`);
  const child = spawn(process.execPath, [entry, JSON.stringify(request)], {
    stdio: "pipe",
    // Without it llama.cpp starts a debugger on itself before it ends.
    env: { ...environment, GGML_NO_BACKTRACE: "1" },
    timeout: LONGEST_MS,
    killSignal: "SIGKILL",
  });
  let outcome = "";
  let lastWords = "";
  child.stdin.on("error", () => {});
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    outcome = (outcome + text).slice(-LAST_WORDS_CHARS);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-LAST_WORDS_CHARS);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (_, signal) => {
      if (outcome.includes(PASSED)) resolve({ kind: "passed" });
      else if (outcome.includes(REFUSED)) resolve({ kind: "refused" });
      else resolve(crashFrom(lastWords, signal));
    });
  });
}
