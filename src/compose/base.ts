import { resolve } from "node:path";
import systeminformation from "systeminformation";
import type { Config } from "../../config/load.ts";
import { chooseProfile, type ChosenProfile, type ModelsFile } from "../../config/profiles.ts";
import type { Settings } from "../../config/schema.ts";
import { KeyNames } from "../access/key-names.ts";
import { ServiceEvents } from "../events/service-events.ts";
import { openLogs, type LogFiles } from "../logs/service-log.ts";
import { Deadlines } from "../runtime/deadlines.ts";
import { TenantWeights } from "../scheduling/tenant-weights.ts";
import { keySecret } from "./key-secret.ts";
import type { Terminal } from "./terminal.ts";

interface BaseOptions extends Config {
  env: Record<string, string | undefined>;
  terminal: Terminal;
}

/** What all parts of the service are built on. */
export interface Base {
  settings: Settings;
  profile: ChosenProfile;
  /** Other names for models (config/models.yaml). */
  aliases: ModelsFile["aliases"];
  /** The process's environment; a started server inherits it. */
  env: Record<string, string | undefined>;
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  logs: LogFiles;
  terminal: Terminal;
  deadlines: Deadlines;
  /** Tells those who look on of what happens. */
  events: ServiceEvents;
  /** The weights of tenants; the operator may change them. */
  weights: TenantWeights;
  /** The names of tenants by their keys; undefined where keys name nobody. */
  keys: KeyNames | undefined;
}

/** @throws Error where keys name tenants and the secret for that cannot be had. */
export async function composeBase(options: BaseOptions): Promise<Base> {
  const { settings, models, tenants, env, terminal } = options;
  const home = resolve(settings.home);
  const memory = await systeminformation.mem().catch(() => undefined);
  const profile = chooseProfile({
    models,
    ramBytes: memory?.total,
    forceProfile: settings.forceProfile,
    forceRamGb: settings.forceRamGb,
    instead: settings,
  });
  const keys = settings.projectFromApiKey
    ? new KeyNames({ secret: await keySecret(home), given: tenants.keys })
    : undefined;
  const logs = openLogs({
    home,
    level: settings.logLevel,
    onFault: (err) => terminal.say(`The logs cannot be written: ${err.message}`),
  });
  return {
    settings,
    profile,
    aliases: models.aliases,
    env,
    home,
    logs,
    terminal,
    deadlines: new Deadlines(),
    events: new ServiceEvents((err, event) =>
      logs.service.error({ err, event }, "a listener of the service's events has failed"),
    ),
    weights: new TenantWeights(tenants.weights),
    keys,
  };
}
