import { parseArgs } from "node:util";
import { SETTINGS, type Settings } from "./schema.ts";
import type { Setting } from "./setting-types.ts";

/** The settings were wrong; the message lists every mistake, one a line. */
export class ConfigError extends Error {
  constructor(problems: string[]) {
    super(`The configuration has mistakes:\n${problems.map((p) => `  - ${p}`).join("\n")}`);
    this.name = "ConfigError";
  }
}

interface Sources {
  env: Record<string, string | undefined>;
  /** Command-line arguments without program and script. */
  argv?: string[];
}

const KNOWN = Object.entries(SETTINGS) as [keyof Settings, Setting<unknown>][];

/**
 * Reads all settings: built-in defaults, then environment (names without case), then flags.
 * @throws ConfigError naming every variable at fault with its allowed range.
 */
export function loadSettings({ env, argv = [] }: Sources): Settings {
  const problems: string[] = [];
  const given = { ...fromEnvironment(env), ...fromFlags(argv, problems) };
  const values: Record<string, unknown> = {};
  for (const [key, setting] of KNOWN) {
    const raw = given[setting.env] ?? setting.fallback;
    if (raw === undefined) continue;
    const parsed = setting.schema.safeParse(raw.trim());
    if (parsed.success) values[key] = parsed.data;
    else problems.push(`${setting.env}=${JSON.stringify(raw)}: expected ${setting.range}`);
  }
  const settings = values as Settings;
  problems.push(...crossChecks(values));
  if (problems.length > 0) throw new ConfigError(problems);
  return Object.freeze(settings);
}

/** Whether an address can only be reached from this machine. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** The largest body of all that are read into memory; settings at fault count as 0. */
export function largestBodyBytes(s: Partial<Settings>): number {
  const { maxBodyBytes = 0, visionMaxBodyBytes = 0, proxyMaxBodyBytes = 0 } = s;
  return Math.max(maxBodyBytes, visionMaxBodyBytes, proxyMaxBodyBytes);
}

/** Rules over several settings; those at fault themselves are missing here. */
function crossChecks(s: Partial<Settings>): string[] {
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
  return problems;
}

function fromEnvironment(env: Sources["env"]): Record<string, string> {
  const found: Record<string, string> = {};
  const names = new Map(KNOWN.map(([, s]) => [s.env.toLowerCase(), s.env]));
  for (const [name, value] of Object.entries(env)) {
    const known = names.get(name.toLowerCase());
    // An empty variable counts as not given, as in shells and service files.
    if (known && value !== undefined && value.trim() !== "") found[known] = value;
  }
  return found;
}

function fromFlags(argv: string[], problems: string[]): Record<string, string> {
  const options = Object.fromEntries(
    KNOWN.map(([, s]) => [flagOf(s.env), { type: "string" as const }]),
  );
  try {
    const { values } = parseArgs({ args: argv, options, allowPositionals: false });
    const byFlag = new Map(KNOWN.map(([, s]) => [flagOf(s.env), s.env]));
    return Object.fromEntries(
      Object.entries(values).map(([flag, value]) => [byFlag.get(flag) ?? flag, String(value)]),
    );
  } catch (err) {
    problems.push(`${err instanceof Error ? err.message : String(err)}; --help lists all flags`);
    return {};
  }
}

/** The command-line flag of a variable: `API_PORT` → `api-port`. */
export function flagOf(env: string): string {
  return env.toLowerCase().replaceAll("_", "-");
}
