import { setTimeout as delay } from "node:timers/promises";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { oneLine } from "../output/text.ts";
import { duration } from "../output/units.ts";
import { secondsOf } from "../seconds-of.ts";

interface CheckedModel {
  name: string;
  state: "ok" | "missing" | "corrupt";
  error: string | null;
}

const HEALTH_MS = 10_000;
const LEAST_INTERVAL_SECONDS = 0.1;

export const ciCheck = defineCommand({
  about:
    "It waits until the service has its inference server, then looks at each required model. One that is missing is a warning, one that cannot be read is exit code 1. 3: nothing answered in that time.",
  args: {
    "max-wait": {
      type: "string",
      valueHint: "SECONDS",
      description: "How long to wait (default: MAX_WAIT, else 30)",
    },
    "retry-interval": {
      type: "string",
      valueHint: "SECONDS",
      description: "Between two looks (default: RETRY_INTERVAL, else 2)",
    },
  },
  examples: [
    { line: "shared-ollama ci-check", about: "In a pipeline, before the tests" },
    { line: "MAX_WAIT=300 shared-ollama ci-check --json", about: "With more patience, as JSON" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["ok", "waited_ms", "models"],
      additionalProperties: false,
      properties: {
        ok: { type: "boolean", description: "No model is corrupt" },
        waited_ms: { type: "integer" },
        models: {
          type: "array",
          items: {
            type: "object",
            required: ["name", "state", "error"],
            additionalProperties: false,
            properties: {
              name: { type: "string" },
              state: { enum: ["ok", "missing", "corrupt"] },
              error: { type: ["string", "null"] },
            },
          },
        },
      },
    },
  },
  run: async (cli, args) => {
    const { env } = cli;
    const wait = args["max-wait"] ?? (env["MAX_WAIT"] || "30");
    const waitMs = secondsOf("--max-wait", wait) * 1000;
    const interval = args["retry-interval"] ?? (env["RETRY_INTERVAL"] || "2");
    const everyMs = secondsOf("--retry-interval", interval, LEAST_INTERVAL_SECONDS) * 1000;
    const from = performance.now();
    const missing = await missingOnceReady(cli, { waitMs, everyMs });
    const waited_ms = Math.round(performance.now() - from);
    const { required_models: required } = await answered(
      cli.api.GET("/api/v1/system/model-profile"),
    );
    const models: CheckedModel[] = [];
    for (const name of required) {
      const isMissing = missing.has(name);
      models.push(
        isMissing ? { name, state: "missing", error: null } : await checkModel(cli, name),
      );
    }
    const ok = models.every(({ state }) => state !== "corrupt");
    cli.show({ ok, waited_ms, models }, (_found, out) => {
      const { style } = out;
      out.line(`${style.good("ok")}       service at ${cli.url}, after ${duration(waited_ms)}`);
      for (const { name, state, error } of models) {
        if (state === "ok") out.line(`${style.good("ok")}       ${name}`);
        else if (state === "missing") out.line(`${style.warn("missing")}  ${name}`);
        else out.line(`${style.bad("corrupt")}  ${name}: ${oneLine(error ?? "")}`);
      }
    });
    if (models.some(({ state }) => state === "missing")) {
      cli.out.note("Missing models: shared-ollama preload fetches them");
    }
    return ok ? EXIT.ok : EXIT.failed;
  },
});

/** Waits for the inference server. @returns the required models that are not installed. */
async function missingOnceReady(
  cli: Cli,
  { waitMs, everyMs }: { waitMs: number; everyMs: number },
): Promise<Set<string>> {
  const until = performance.now() + waitMs;
  for (;;) {
    const state = await lookAt(cli);
    if (state instanceof Set) return state;
    const leftMs = until - performance.now();
    if (leftMs <= 0) throw state;
    await delay(Math.min(everyMs, leftMs), undefined, { signal: cli.signal });
  }
}

/** @returns the models that are missing, or why there is nothing to be said of them yet. */
async function lookAt(cli: Cli): Promise<Set<string> | CliError> {
  try {
    const signal = AbortSignal.any([cli.signal, AbortSignal.timeout(HEALTH_MS)]);
    const health = await answered(cli.api.GET("/api/v1/health", { signal }));
    const { ollama_status: why, missing_models } = health;
    if (why === "running") return new Set(missing_models.map(({ name }) => name));
    return new CliError(
      `The service at ${cli.url} is not ready: ${why}. See: shared-ollama doctor`,
    );
  } catch (err) {
    if (cli.signal.aborted || !(err instanceof CliError)) throw err;
    return err;
  }
}

/** A model whose files are damaged is refused where it is shown. */
async function checkModel(cli: Cli, name: string): Promise<CheckedModel> {
  const path = { name };
  try {
    await answered(cli.api.GET("/api/v1/models/{name}/show", { params: { path } }));
    return { name, state: "ok", error: null };
  } catch (err) {
    if (!(err instanceof CliError) || err instanceof NotRunning) throw err;
    return { name, state: "corrupt", error: err.message };
  }
}
