import { readFile, writeFile } from "node:fs/promises";
import { totalmem } from "node:os";
import { z } from "zod";
import { ConfigError } from "../../../config/config-error.ts";
import { loadConfig } from "../../../config/load.ts";
import { chooseProfile, profileNamed } from "../../../config/profiles.ts";
import { limitFacts } from "../../compose/memory-limit.ts";
import { memoryLimitGb } from "../../models/memory/memory-limit.ts";
import { modelsFile } from "../../runtime/paths.ts";
import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";
import { jsonSchemaOf } from "../json-schema-of.ts";
import { fileProblem } from "../file-problem.ts";
import { wholeNumber } from "../whole-number.ts";

const GIB = 2 ** 30;
const RAM_GB = { min: 1, max: 65_536 };

const Limit = z.object({
  OLLAMA_MAX_RAM: z.string(),
  limit_gb: z.int(),
  total_gb: z.int(),
  profile: z.string(),
  largest_model_gb: z.int(),
  models: z.int(),
});

export const memoryLimit = defineCommand({
  about:
    "Worked out from this machine's memory, the hardware profile and the settings in the " +
    "environment, as the service does at its start; none has to run. On standard output stands " +
    "the line alone, for a shell or a file of settings.",
  args: {
    ram: { type: "string", valueHint: "GB", description: "Memory, in place of this machine's" },
    profile: { type: "string", valueHint: "NAME", description: "Hardware profile: small, large" },
    output: { type: "string", alias: "o", valueHint: "FILE", description: "Also written there" },
  },
  examples: [
    { line: "shared-ollama memory-limit", about: "What models may take on this machine" },
    { line: "shared-ollama memory-limit --ram 64", about: "On one with 64 GB: 48 GB" },
  ],
  json: { schema: jsonSchemaOf(Limit) },
  run: async (cli, { ram, profile, output }) => {
    const limit = await limitHere(cli.env, {
      ramGb: ram === undefined ? undefined : wholeNumber("ram", ram, RAM_GB),
      profile,
    });
    const line = `OLLAMA_MAX_RAM=${limit.OLLAMA_MAX_RAM}`;
    if (output !== undefined) {
      await writeFile(output, `${line}\n`).catch((err: unknown) => {
        throw fileProblem(err, `Cannot write ${output}`);
      });
    }
    cli.show(limit, (_, out) => out.line(line));
  },
});

interface Instead {
  ramGb: number | undefined;
  profile: string | undefined;
}

async function limitHere(
  env: Record<string, string | undefined>,
  { ramGb, profile: named }: Instead,
): Promise<z.infer<typeof Limit>> {
  const { settings, models } = loaded(env, await readFile(modelsFile, "utf8"));
  if (named !== undefined && !profileNamed(models, named)) {
    const known = models.profiles.map(({ name }) => name).join(", ");
    throw new WrongUse(`profile ${named}: known are ${known}`);
  }
  const ramBytes = ramGb === undefined ? totalmem() : ramGb * GIB;
  const profile = chooseProfile({
    models,
    ramBytes,
    forceProfile: named ?? (ramGb === undefined ? settings.forceProfile : undefined),
    forceRamGb: ramGb ?? settings.forceRamGb,
    instead: settings,
  });
  const facts = limitFacts({ settings, profile }, ramBytes);
  const limitGb = Math.floor(memoryLimitGb(facts));
  return {
    OLLAMA_MAX_RAM: `${limitGb}GB`,
    limit_gb: limitGb,
    total_gb: Math.round(facts.totalGb),
    profile: profile.profile.name,
    largest_model_gb: facts.largestModelGb,
    models: facts.models,
  };
}

function loaded(env: Record<string, string | undefined>, modelsYaml: string) {
  try {
    return loadConfig({ env, modelsYaml });
  } catch (err) {
    if (err instanceof ConfigError) throw new WrongUse(err.message);
    throw err;
  }
}
