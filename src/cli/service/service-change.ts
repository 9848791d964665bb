import type { Cli } from "../cli.ts";
import type { JsonShape } from "../command.ts";
import { PLAN_SHAPE } from "../steps/plan-shape.ts";
import { planAsShell, type Plan } from "../steps/step.ts";

/** What a command that changes how the service starts writes with `--json`. */
export const CHANGE_SHAPE: JsonShape = {
  schema: {
    type: "object",
    required: ["does", "steps", "notes", "file", "done"],
    additionalProperties: false,
    properties: {
      ...PLAN_SHAPE,
      file: { type: "string", description: "The service file" },
      done: { type: "boolean" },
    },
  },
};

/** Writes what it would do, for `--plan`. */
export function showPlan(cli: Cli, plan: Plan, file: string): void {
  cli.show({ ...plan, file, done: false }, (_plan, out) => out.stdout.write(planAsShell(plan)));
}
