import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Cli } from "../cli.ts";
import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { carryOut } from "../steps/carry-out.ts";
import { PLAN_ARG, PLAN_SHAPE } from "../steps/plan-shape.ts";
import { planAsShell } from "../steps/step.ts";
import { ollamaInstallPlan, type InstallFacts } from "./install-plan.ts";

export const install = defineCommand({
  about:
    "It says what it would do, asks, and does it: Homebrew or the application on a Mac, Ollama's own script on Linux. Homebrew's service for Ollama is switched off, since this service starts it. Nothing is done without a yes. Models come later: shared-ollama preload.",
  args: {
    ...PLAN_ARG,
    upgrade: { type: "boolean", description: "Bring an Ollama that is here up to date" },
    for: {
      type: "enum",
      options: ["macos", "linux"],
      description: "The system that a plan is for (default: this one)",
    },
  },
  examples: [
    { line: "shared-ollama install --plan", about: "What would be done here" },
    { line: "shared-ollama install --plan --for macos", about: "What would be done on a Mac" },
    {
      line: "sudo -v && shared-ollama install --yes",
      about: "Do it without a question",
      mark: "no-run=systemd",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["does", "steps", "notes", "done"],
      additionalProperties: false,
      properties: { ...PLAN_SHAPE, done: { type: "boolean" } },
    },
  },
  run: async (cli, args) => {
    const isPlan = args.plan === true;
    if (args.for !== undefined && !isPlan) {
      throw new WrongUse("--for is for plans: shared-ollama install --plan --for macos");
    }
    const plan = ollamaInstallPlan(await factsOf(cli, args.for, args.upgrade === true));
    if (isPlan) {
      cli.show({ ...plan, done: false }, (_plan, out) => out.stdout.write(planAsShell(plan)));
      return;
    }
    const isNeeded = plan.steps.length > 0;
    if (isNeeded) {
      if (!cli.flags.json) cli.out.stdout.write(planAsShell(plan));
      await cli.confirm("Do this?");
      await carryOut(cli, plan);
    }
    cli.show({ ...plan, done: isNeeded }, ({ does, notes }, out) => {
      out.line(isNeeded ? out.style.good("Done.") : does);
      for (const note of notes) out.line(note);
    });
  },
});

async function factsOf(
  { env }: Cli,
  wanted: string | undefined,
  upgrade: boolean,
): Promise<InstallFacts> {
  const here = platformHere();
  const platform = wanted === undefined ? here : (wanted as InstallFacts["platform"]);
  if (platform === undefined) {
    throw new WrongUse("This is for Macs and Linux; for others see https://ollama.com/download");
  }
  // Of another system nothing is known: what a fresh one needs.
  if (platform !== here) {
    const hasBrew = platform === "macos";
    return { platform, ollama: undefined, hasBrew, brewRunsOllama: false, upgrade };
  }
  const [{ findOllama }, { ollamaVersion }] = await Promise.all([
    import("../../hosts/find-ollama.ts"),
    import("../../hosts/ollama-version.ts"),
  ]);
  const program = await findOllama(env["PATH"]);
  const signal = AbortSignal.timeout(5000);
  const ollama = program && {
    program,
    // Nothing listens at port 1: the program is to say its own version.
    version: await ollamaVersion({ program, port: 1, env, signal }),
  };
  const agent = join(env["HOME"] ?? homedir(), "Library/LaunchAgents/homebrew.mxcl.ollama.plist");
  return {
    platform,
    ollama: ollama === "" ? undefined : ollama,
    hasBrew: ["/opt/homebrew/bin/brew", "/usr/local/bin/brew"].some((brew) => existsSync(brew)),
    brewRunsOllama: existsSync(agent),
    upgrade,
  };
}

function platformHere(): InstallFacts["platform"] | undefined {
  if (process.platform === "darwin") return "macos";
  return process.platform === "linux" ? "linux" : undefined;
}
