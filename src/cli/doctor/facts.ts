import { resolve } from "node:path";
import type { ChosenProfile } from "../../../config/profiles.ts";
import { examineConfig, settingsGiven, type ExaminedConfig } from "../../../config/load.ts";
import { projectRoot } from "../../runtime/paths.ts";
import type { ConfigFile } from "../config-files.ts";
import { homeUse, type HomeUse } from "../home-use.ts";
import { chosenProfile } from "../config/chosen-profile.ts";
import type { Machine, MemoryFigures } from "./machine.ts";
import { lookForService, type ServiceSeen } from "./service-seen.ts";

/** What all checks go by. */
export interface Facts {
  machine: Machine;
  env: Record<string, string | undefined>;
  config: ExaminedConfig;
  /** Why config/models.yaml could not even be read. */
  unreadable: string[];
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  homeUse: HomeUse;
  /** Where the service listens or would; 0: at a free one. */
  port: number;
  memory: MemoryFigures | undefined;
  /** Undefined where config/models.yaml cannot be used. */
  profile: ChosenProfile | undefined;
  /** A service of ours at that port. */
  service: ServiceSeen | undefined;
}

interface FactOptions {
  machine: Machine;
  env: Record<string, string | undefined>;
  /** The text of a file of config/. @throws what the file system throws. */
  readConfig: (name: ConfigFile) => Promise<string>;
}

/** Collects what the checks go by. Never rejects. */
export async function collectFacts({ machine, env, readConfig }: FactOptions): Promise<Facts> {
  const unreadable: string[] = [];
  const read = async (name: ConfigFile): Promise<string | undefined> => {
    try {
      return await readConfig(name);
    } catch (err) {
      const { code, message } = err as NodeJS.ErrnoException;
      // Nobody has to have shares of their own, or servers with tools.
      if (name === "models.yaml" || code !== "ENOENT")
        unreadable.push(`config/${name}: ${message}`);
      return undefined;
    }
  };
  const [modelsYaml, tenantsYaml, mcpYaml] = await Promise.all([
    read("models.yaml"),
    read("tenants.yaml"),
    read("mcp.yaml"),
  ]);
  const examined = examineConfig({
    env,
    modelsYaml: modelsYaml ?? "",
    tenantsYaml: tenantsYaml ?? "",
    mcpYaml: mcpYaml ?? "",
  });
  // What is empty because it could not be read has no mistakes of its own.
  const problems = examined.problems.filter(
    (problem) => modelsYaml !== undefined || !problem.startsWith("config/models.yaml"),
  );
  const config = { ...examined, problems };
  const { settings } = config;
  // As the commands see it: from where `npm start` runs.
  const home = resolve(projectRoot, settings.home);
  const use = await homeUse(home);
  // One that runs has its settings from its own environment, which need not be this one.
  const isGiven = settingsGiven(env, [])["API_PORT"] !== undefined;
  const noted = use.isInUse === true ? use.note : {};
  const port = isGiven ? settings.apiPort : (noted.port ?? settings.apiPort);
  const [memory, service] = await Promise.all([
    machine.memory().catch(() => undefined),
    lookForService(machine.fetch, { host: noted.host ?? settings.apiHost, port }),
  ]);
  const profile = await chosenProfile(config, memory?.totalBytes);
  return { machine, env, config, unreadable, home, homeUse: use, port, memory, profile, service };
}
