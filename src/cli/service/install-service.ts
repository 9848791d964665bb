import { userInfo } from "node:os";
import { existsSync, readFileSync } from "node:fs";
import type { Cli } from "../cli.ts";
import { CliError, WrongUse } from "../cli-error.ts";
import { configTexts } from "../config-files.ts";
import { defineCommand } from "../command.ts";
import { readSettingsFile } from "../settings-file.ts";
import { carryOut } from "../steps/carry-out.ts";
import { PLAN_ARG } from "../steps/plan-shape.ts";
import { shellWord } from "../steps/step.ts";
import { CHANGE_SHAPE, showPlan } from "./service-change.ts";
import {
  envFileOf,
  installPlan,
  isThereCommand,
  serviceFile,
  serviceFileText,
  type ServiceTarget,
} from "./service-plan.ts";
import { succeeds } from "./succeeds.ts";
import { INSTALL_ARGS, serviceTarget } from "./service-target.ts";

export const installService = defineCommand({
  about:
    "It writes a service file with absolute paths, and has launchd or systemd start the service now and again after each login, boot or crash. Settings of this shell are not taken along: put them into the file that it names. Called again it brings the file up to date and starts the service anew.",
  args: {
    ...PLAN_ARG,
    ...INSTALL_ARGS,
  },
  examples: [
    { line: "shared-ollama service install --plan", about: "What would be done here" },
    {
      line: "shared-ollama service install --plan --for macos",
      about: "What would be done on a Mac",
    },
    {
      line: "shared-ollama service install --plan --for linux --system",
      about: "For the whole of a Linux machine",
    },
    {
      line: "shared-ollama service install --settings-file settings.env",
      about: "With settings of your own",
      mark: "no-run=systemd",
    },
  ],
  json: CHANGE_SHAPE,
  run: async (cli, args) => {
    const isPlan = args.plan === true;
    if (args.for !== undefined && !isPlan) {
      throw new WrongUse("--for is for plans: shared-ollama service install --plan --for macos");
    }
    if (args.user !== undefined && args.system !== true)
      throw new WrongUse("--user needs --system");
    const target = await serviceTarget(cli, args);
    const plan = installPlan(target, { hasUser: isPlan ? false : hasUser(target.user) });
    const file = serviceFile(target);
    if (isPlan) return showPlan(cli, plan, file);
    assertRights(target);
    await assertManager(cli, target);
    await assertSettings(target);
    await askBeforeOverwriting(cli, target);
    await carryOut(cli, plan);
    cli.show({ ...plan, file, done: true }, ({ notes }, out) => {
      out.line(out.style.good("Installed, and started."));
      for (const note of notes) out.line(note);
      out.line("How it is: shared-ollama status");
    });
  },
});

/** Whoever lacks them would get half of it. */
export function assertRights({ scope, runtime, root }: ServiceTarget): void {
  if (scope !== "system" || userInfo().uid === 0) return;
  const program = [runtime, `${root}/src/cli.mjs`].map(shellWord).join(" ");
  throw new CliError(`--system needs root's rights: sudo ${program} service … --system`);
}

/** Without it the file would be written, and nothing started. */
async function assertManager(cli: Cli, target: ServiceTarget): Promise<void> {
  const command = isThereCommand(target);
  if (command === undefined || (await succeeds(command, cli))) return;
  const what = `${command.map(shellWord).join(" ")} fails, so nothing was written`;
  throw new CliError(
    target.scope === "system"
      ? `${what}: systemd does not run here. Start it by hand: shared-ollama start --background`
      : `${what}: you have no systemd of your own here. Either --system, or, as root, ` +
          `loginctl enable-linger ${userInfo().username} and log in anew`,
  );
}

/** A service that refuses its settings would be started again and again. */
async function assertSettings(target: ServiceTarget): Promise<void> {
  const file = envFileOf(target);
  const settings =
    target.manager === "launchd"
      ? target.settings
      : existsSync(file) || target.envFile !== undefined
        ? await readSettingsFile(file)
        : {};
  const { examineConfig } = await import("../../../config/load.ts");
  const { problems } = examineConfig({ env: settings, ...(await configTexts()) });
  if (problems.length > 0) {
    throw new CliError(`The settings in ${file} have mistakes: ${problems.join("; ")}`);
  }
}

/** Somebody may have changed it by hand. */
async function askBeforeOverwriting(cli: Cli, target: ServiceTarget): Promise<void> {
  const file = serviceFile(target);
  if (!existsSync(file) || readFileSync(file, "utf8") === serviceFileText(target)) return;
  await cli.confirm(`${file} is there and says something else. Write it anew?`);
}

function hasUser(name: string): boolean {
  try {
    return readFileSync("/etc/passwd", "utf8").includes(`\n${name}:`);
  } catch {
    return true;
  }
}
