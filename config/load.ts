import { parseArgs } from "node:util";
import { ConfigError } from "./config-error.ts";
import { HANDED_ON } from "./handed-on.ts";
import { type McpFile, readMcpFile } from "./mcp.ts";
import { profileNamed, readModelsFile, type ModelsFile } from "./profiles.ts";
import { SETTINGS, type Settings } from "./schema.ts";
import type { Setting } from "./setting-types.ts";
import { readTenantsFile, type TenantsFile } from "./tenants.ts";
import { TRACES, tracesEndpoint } from "./traces.ts";

interface Sources {
  env: Record<string, string | undefined>;
  /** Command-line arguments without program and script. */
  argv?: string[];
  /** The text of config/models.yaml. */
  modelsYaml: string;
  /** The text of config/tenants.yaml; empty where there is none. */
  tenantsYaml?: string;
  /** The text of config/mcp.yaml; empty where there is none. */
  mcpYaml?: string;
}

/** The configuration of the service. */
export interface Config {
  settings: Settings;
  models: ModelsFile;
  /** What config/tenants.yaml says. */
  tenants: TenantsFile;
  /** What config/mcp.yaml says. */
  mcp: McpFile;
}

const KNOWN = Object.entries(SETTINGS) as [keyof Settings, Setting<unknown>][];

/**
 * Reads everything that can be configured: built-in defaults, then environment (names without
 * case), then flags; beside them the hardware profiles, and what a started server inherits.
 * @throws ConfigError with all mistakes, each with its allowed range.
 */
export function loadConfig(sources: Sources): Config {
  const { problems, settings, models, tenants, mcp } = examineConfig(sources);
  if (problems.length > 0 || !models) throw new ConfigError(problems);
  return { settings: Object.freeze(settings), models, tenants, mcp };
}

/** The configuration as far as it can be read, for those who look for mistakes. */
export interface ExaminedConfig extends Omit<Config, "models"> {
  /** Each mistake, in one line. */
  problems: string[];
  /** What is wrong has its default here. */
  settings: Settings;
  /** Undefined where config/models.yaml cannot be used. */
  models: ModelsFile | undefined;
}

/** Reads what `loadConfig` reads, and goes on where that gives up. */
export function examineConfig({
  env,
  argv = [],
  modelsYaml,
  tenantsYaml = "",
  mcpYaml = "",
}: Sources): ExaminedConfig {
  const problems: string[] = [];
  const given = { ...settingsGiven(env, problems), ...fromFlags(argv, problems) };
  const valid = readSettings(given, problems);
  checkHandedOn(env, problems);
  checkTraces(env, problems);
  const models = readModelsFile(modelsYaml, problems);
  const tenants = readTenantsFile(tenantsYaml, problems);
  const mcp = readMcpFile({ yaml: mcpYaml, env }, problems);
  problems.push(...crossChecks(valid, models));
  const settings = { ...readSettings({}, []), ...valid } as Settings;
  return { problems, settings, models, tenants, mcp };
}

/** The names of all variables that are set, and of those whose flags are given. */
export function namesGiven(env: Sources["env"], argv: string[]): Set<string> {
  const variables = Object.entries(env).filter(([, value]) => unquoted(value ?? "") !== "");
  const flags = argv.flatMap((arg) => /^--([a-z0-9-]+)/.exec(arg)?.[1] ?? []);
  return new Set([
    ...variables.map(([name]) => name.toUpperCase()),
    ...flags.map((flag) => flag.toUpperCase().replaceAll("-", "_")),
  ]);
}

function readSettings(given: Record<string, string>, problems: string[]): Partial<Settings> {
  const values: Partial<Record<keyof Settings, unknown>> = {};
  for (const [key, setting] of KNOWN) {
    const raw = given[setting.env] ?? setting.fallback;
    if (raw === undefined) continue;
    const parsed = setting.schema.safeParse(unquoted(raw));
    if (parsed.success) values[key] = parsed.data;
    else problems.push(mistake(setting, raw));
  }
  return values as Partial<Settings>;
}

function checkHandedOn(env: Sources["env"], problems: string[]): void {
  for (const variable of HANDED_ON) {
    const raw = env[variable.env] ?? "";
    const text = unquoted(raw);
    if (text !== "" && !variable.schema.safeParse(text).success) {
      problems.push(mistake(variable, raw));
    }
  }
}

/** Other programs use these variables, too: they matter where traces are sent. */
function checkTraces(env: Sources["env"], problems: string[]): void {
  if (tracesEndpoint(env) === undefined) return;
  for (const variable of TRACES) {
    const raw = env[variable.env] ?? "";
    // As OpenTelemetry's library reads it: with its quotes.
    if (raw.trim() !== "" && !variable.schema.safeParse(raw).success) {
      problems.push(mistake(variable, raw));
    }
  }
}

function mistake({ env, range }: { env: string; range: string }, raw: string): string {
  return `${env}=${JSON.stringify(raw)}: expected ${range}`;
}

/** Removes spaces and quotes around a value: Ollama ignores them, and some launchers leave them. */
export function unquoted(raw: string): string {
  const text = raw.trim();
  return (/^(["'])(.*)\1$/.exec(text)?.[2] ?? text).trim();
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The largest body that is read into memory, in bytes; invalid settings count as 0. */
export function largestBodyBytes(s: Partial<Settings>): number {
  const { maxBodyBytes = 0, visionMaxBodyBytes = 0, proxyMaxBodyBytes = 0 } = s;
  return Math.max(maxBodyBytes, visionMaxBodyBytes, proxyMaxBodyBytes);
}

/** Rules over several settings; invalid settings are missing here. */
function crossChecks(s: Partial<Settings>, models: ModelsFile | undefined): string[] {
  const problems: string[] = [];
  if (s.apiHost !== undefined && !isLoopback(s.apiHost) && s.allowUnauthenticated === false) {
    problems.push(
      `API_HOST=${s.apiHost} lets other machines in, and nobody has to identify himself: ` +
        "keep API_HOST=127.0.0.1 (a reverse proxy or an SSH tunnel can stand in front), " +
        "or say ALLOW_UNAUTHENTICATED=true if the network is trusted",
    );
  }
  const leastMemory = 2 * largestBodyBytes(s);
  if (s.bodyMemoryMaxBytes !== undefined && s.bodyMemoryMaxBytes < leastMemory) {
    problems.push(
      `BODY_MEMORY_MAX_BYTES=${s.bodyMemoryMaxBytes} is too little: one tenant may have half of it, ` +
        `and the largest body that is allowed needs ${leastMemory}`,
    );
  }
  if (s.inferenceServer === "engine" && s.ollamaBaseUrl) {
    problems.push("INFERENCE_SERVER=engine contradicts OLLAMA_BASE_URL: unset one of them");
  }
  if (models && s.forceProfile !== undefined && !profileNamed(models, s.forceProfile)) {
    const known = models.profiles.map((p) => p.name).join(", ");
    problems.push(`SHARED_OLLAMA_FORCE_PROFILE=${s.forceProfile}: known are ${known}`);
  }
  return problems;
}

/**
 * The settings that an environment has, as texts, by their names as documented.
 * @param problems those that are set twice are added here.
 */
export function settingsGiven(env: Sources["env"], problems: string[]): Record<string, string> {
  const found: Record<string, string> = {};
  const names = new Map(KNOWN.map(([, s]) => [s.env.toLowerCase(), s.env]));
  for (const [name, value] of Object.entries(env)) {
    const known = names.get(name.toLowerCase());
    // An empty variable counts as not given, as in shells and service files.
    if (!known || value === undefined || unquoted(value) === "") continue;
    if ((found[known] ?? value) !== value) {
      problems.push(`${known} is set twice, in upper and in lower case, to different values`);
    }
    found[known] = value;
  }
  return found;
}

function fromFlags(argv: string[], problems: string[]): Record<string, string> {
  const byFlag = new Map(KNOWN.map(([, s]) => [flagOf(s.env), s.env]));
  const options = Object.fromEntries([...byFlag.keys()].map((flag) => [flag, FLAG_TYPE]));
  // A strict parser would stop at the first mistake.
  const { tokens } = parseArgs({ args: argv, options, strict: false, tokens: true });
  const found: Record<string, string> = {};
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    const env = token.kind === "option" ? byFlag.get(token.name) : undefined;
    if (env && token.value !== undefined) found[env] = token.value;
    else {
      const shown = token.kind === "option" ? token.rawName : token.value;
      problems.push(`${shown}: expected ${env ? "a value" : "a flag"}; --help lists all flags`);
    }
  }
  return found;
}

const FLAG_TYPE = { type: "string" as const };

/** The command-line flag of a variable: `API_PORT` → `api-port`. */
export function flagOf(env: string): string {
  return env.toLowerCase().replaceAll("_", "-");
}
