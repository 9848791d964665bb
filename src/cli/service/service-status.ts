import { existsSync, readFileSync } from "node:fs";
import { NotFound } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { EXIT } from "../exit-codes.ts";
import { isActiveCommand, serviceFile, type ServiceTarget } from "./service-plan.ts";
import { succeeds } from "./succeeds.ts";
import { serviceTarget } from "./service-target.ts";

interface InstalledService {
  manager: ServiceTarget["manager"];
  scope: ServiceTarget["scope"];
  file: string;
  active: boolean;
  /** The program that runs it is still where the file says. */
  runtime_found: boolean;
}

export const serviceStatus = defineCommand({
  about:
    "Exit code 0: installed, and it runs. 3: installed, and it does not run. 4: not installed. What the service itself says: shared-ollama status.",
  args: {},
  examples: [
    {
      line: "shared-ollama service status || echo $?",
      about: "Does it start by itself, and does it run now?",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["manager", "scope", "file", "active", "runtime_found"],
      additionalProperties: false,
      properties: {
        manager: { enum: ["launchd", "systemd"] },
        scope: { enum: ["system", "user"] },
        file: { type: "string", description: "The service file" },
        active: { type: "boolean", description: "It runs" },
        runtime_found: {
          type: "boolean",
          description: "The program that the file names is still there",
        },
      },
    },
  },
  run: async (cli) => {
    const targets = await Promise.all(
      [false, true].map((system) => serviceTarget(cli, { system })),
    );
    const target = targets.find((each) => existsSync(serviceFile(each)));
    if (!target) {
      throw new NotFound("It does not start by itself: shared-ollama service install changes that");
    }
    const file = serviceFile(target);
    const runtime = runtimeIn(readFileSync(file, "utf8"));
    const found: InstalledService = {
      manager: target.manager,
      scope: target.scope,
      file,
      active: await succeeds(isActiveCommand(target), cli),
      runtime_found: runtime === undefined || existsSync(runtime),
    };
    cli.show(found, ({ manager, scope, active, runtime_found }, out) => {
      const { style } = out;
      out.line(`${active ? style.good("runs") : style.bad("does not run")}  ${manager}, ${scope}`);
      out.line(`file  ${file}`);
      if (!runtime_found) {
        out.line(`${runtime} is not there any more: shared-ollama service install writes it anew`);
      }
    });
    return found.active ? EXIT.ok : EXIT.notRunning;
  },
});

/** The program in a service file; undefined where it is not found. */
function runtimeIn(text: string): string | undefined {
  const ofUnit = /^ExecStart="?(\/[^"\n]*?)"? src\/start\.mjs$/m.exec(text)?.[1];
  const ofPlist = /<array>\s*<string>(\/[^<]*)<\/string>/.exec(text)?.[1];
  return ofUnit ?? ofPlist;
}
