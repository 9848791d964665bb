import { spawn } from "node:child_process";
import { join } from "node:path";
import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError, NotRunning } from "../cli-error.ts";
import { readConfigFile } from "../config-files.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import type { Output } from "../output/output.ts";
import { oneLine, wrap } from "../output/text.ts";
import { duration } from "../output/units.ts";
import { tryModel, type ModelTrial } from "./model-trial.ts";

const HEALTH_MS = 10_000;

export const verify = defineCommand({
  about:
    "It looks at this machine as shared-ollama doctor does, at the service, and has each required model answer. Exit code 1: something of it failed, or a required model is missing; 3: the service does not run. With --url or SHARED_OLLAMA_URL it leaves this machine out.",
  args: {
    start: { type: "boolean", description: "Start the service where it does not run" },
    pull: { type: "boolean", description: "Fetch required models that are missing" },
  },
  examples: [
    {
      line: "shared-ollama verify",
      about: "Is everything there, and does it answer?",
    },
    {
      line: "shared-ollama verify --start --pull",
      about: "Set a new machine up, and try it",
      mark: "no-run=internet",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["ok", "url", "version", "broken", "models"],
      additionalProperties: false,
      properties: {
        ok: { type: "boolean" },
        url: { type: "string" },
        version: { type: "string", description: "The service's" },
        broken: {
          type: "array",
          items: { type: "string" },
          description: "What is broken on this machine or in the service",
        },
        models: {
          type: "array",
          items: {
            type: "object",
            required: ["name", "state", "took_ms", "error"],
            additionalProperties: false,
            properties: {
              name: { type: "string" },
              state: { enum: ["answered", "missing", "failed"] },
              took_ms: { type: ["integer", "null"], description: "A load included" },
              error: { type: ["string", "null"] },
            },
          },
        },
      },
    },
  },
  run: async (cli, { start, pull }) => {
    const broken = isElsewhere(cli) ? [] : await brokenHere(cli);
    const health = await healthOf(cli).catch(async (err: unknown) => {
      if (!(err instanceof NotRunning) || start !== true || isElsewhere(cli)) throw err;
      await startService(cli);
      return healthOf(cli);
    });
    if (health.ollama_status !== "running") {
      broken.push(`The service has no inference server: ${health.ollama_status}`);
    }
    const models = broken.length > 0 ? [] : await tryModels(cli, pull === true);
    const ok = broken.length === 0 && models.every(({ state }) => state === "answered");
    const found = { ok, url: cli.url, version: health.version, broken, models };
    cli.show(found, (_found, out) => {
      for (const line of broken) failed("machine", line, out);
      if (broken.length === 0) {
        out.line(`${out.style.good("ok      ")} service ${health.version} at ${cli.url}`);
      }
      for (const model of models) showModel(model, out);
      out.line();
      out.line(ok ? out.style.good("Everything answers.") : out.style.bad("Not all is well."));
    });
    return ok ? EXIT.ok : EXIT.failed;
  },
});

function isElsewhere({ flags, env }: Cli): boolean {
  return flags.url !== undefined || (env["SHARED_OLLAMA_URL"] ?? "") !== "";
}

/** What the doctor calls broken. That the service does not run is seen by itself. */
async function brokenHere({ env }: Cli): Promise<string[]> {
  const [{ examine }, { thisMachine }] = await Promise.all([
    import("../doctor/examine.ts"),
    import("../doctor/machine.ts"),
  ]);
  const findings = await examine({ machine: thisMachine(), env, readConfig: readConfigFile });
  return findings.flatMap(({ state, found, todo }) =>
    state === "broken" ? [`${found} ${todo ?? ""}`.trim()] : [],
  );
}

async function healthOf(cli: Cli) {
  const signal = AbortSignal.timeout(HEALTH_MS);
  return answered(cli.api.GET("/api/v1/health", { signal }));
}

/** As `shared-ollama start --background` does it, which says what goes wrong. */
async function startService({ env }: Cli): Promise<void> {
  const { projectRoot } = await import("../../runtime/paths.ts");
  const program = [join(projectRoot, "src", "cli.mjs"), "start", "--background"];
  const child = spawn(process.execPath, program, {
    env,
    stdio: ["ignore", 2, 2],
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  if (code !== 0) throw new CliError("It could not be started: shared-ollama doctor says why");
}

/** The required models; the default one where there are none. */
async function tryModels(cli: Cli, pulls: boolean): Promise<ModelTrial[]> {
  const { required_models: required } = await answered(cli.api.GET("/api/v1/system/model-profile"));
  const { missing_models } = await healthOf(cli);
  const missing = new Set(missing_models.map(({ name }) => name));
  if (required.length === 0) return [await tryModel(cli, undefined)];
  const trials: ModelTrial[] = [];
  // One after another: a machine that holds one of them in memory is to pass, too.
  for (const name of required) {
    const problem = missing.has(name) ? await missingModel(cli, name, pulls) : undefined;
    if (problem === undefined) trials.push(await tryModel(cli, name));
    else trials.push({ name, state: "missing", took_ms: null, error: problem });
  }
  return trials;
}

/** @returns why a model that is missing is still missing. */
async function missingModel(cli: Cli, name: string, pulls: boolean): Promise<string | undefined> {
  if (!pulls) return "it is not installed: shared-ollama preload, or verify --pull";
  const { fetchOne } = await import("../models/preload.ts");
  return fetchOne(cli, name);
}

function showModel({ name, state, took_ms, error }: ModelTrial, out: Output): void {
  if (state !== "answered") {
    failed(state, `${name}: ${error ?? ""}`, out);
    return;
  }
  out.line(`${out.style.good("ok      ")} ${name} answers, in ${duration(took_ms ?? 0)}`);
}

const LEFT = 9;

function failed(head: string, text: string, out: Output): void {
  const [first = "", ...rest] = wrap(oneLine(text), out.columns - LEFT);
  out.line(`${out.style.bad(head.padEnd(LEFT))}${first}`);
  for (const line of rest) out.line(`${" ".repeat(LEFT)}${line}`);
}
