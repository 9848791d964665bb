import { existsSync } from "node:fs";
import { NotFound } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { carryOut } from "../steps/carry-out.ts";
import { PLAN_ARG } from "../steps/plan-shape.ts";
import { assertRights } from "./install-service.ts";
import { CHANGE_SHAPE, showPlan } from "./service-change.ts";
import { serviceFile, uninstallPlan } from "./service-plan.ts";
import { SERVICE_ARGS, serviceTarget } from "./service-target.ts";

export const uninstallService = defineCommand({
  about:
    "It stops the service and removes its service file. Data, logs, models and settings stay; shared-ollama start still starts it by hand.",
  args: {
    ...PLAN_ARG,
    ...SERVICE_ARGS,
  },
  examples: [{ line: "shared-ollama service uninstall --plan", about: "What would be done here" }],
  json: CHANGE_SHAPE,
  run: async (cli, args) => {
    const target = await serviceTarget(cli, args);
    const plan = uninstallPlan(target);
    const file = serviceFile(target);
    if (args.plan === true) return showPlan(cli, plan, file);
    if (!existsSync(file)) {
      const other = args.system === true ? "without --system" : "with --system";
      throw new NotFound(`${file} is not there: nothing is installed (or ${other}?)`);
    }
    assertRights(target);
    await cli.confirm("Stop the service, and start it by itself no more?");
    await carryOut(cli, plan);
    cli.show({ ...plan, file, done: true }, (_done, out) => {
      out.line(`${out.style.good("Removed.")} Data, logs, models and settings are still there.`);
    });
  },
});
