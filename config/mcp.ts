import { z } from "zod";
import { readYaml } from "./yaml-file.ts";

/** Whose a running server is: everybody's, one tenant's, or one run's. */
export type McpScope = "shared" | "tenant" | "run";

/** A program that is started, and spoken with over its standard input and output. */
interface StdioLaunch {
  readonly kind: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** What its environment has beside the few variables that every program needs. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;
}

/** A server that runs elsewhere, and is spoken with over HTTP. */
interface HttpLaunch {
  readonly kind: "http";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** An MCP server as the operator names it. */
export interface McpServerEntry {
  readonly name: string;
  readonly scope: McpScope;
  readonly launch: StdioLaunch | HttpLaunch;
  /** Text that a call may bring. */
  readonly maxOutputBytes: number;
  readonly callTimeoutMs: number;
  /** From its start until its tools are known. */
  readonly startTimeoutMs: number;
  readonly maxTools: number;
  /** It ends when nobody has used it for so long. */
  readonly idleMs: number;
  /** Calls that one running server is sent side by side. */
  readonly callsAtOnce: number;
}

/** What config/mcp.yaml says. */
export interface McpFile {
  readonly servers: ReadonlyMap<string, McpServerEntry>;
}

/** More would make lists and metrics without end. */
const MOST_SERVERS = 64;

/** A server's message has at most this; see `MAX_MESSAGE_BYTES` of the service. */
const MOST_OUTPUT_BYTES = 4_194_304;

/** Part of file names, of metrics' labels and of what models read. */
const SERVER_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What the protocol itself sends, and what belongs to a connection. */
const OWN_HEADERS = new Set([
  "accept",
  "connection",
  "content-length",
  "content-type",
  "host",
  "last-event-id",
  "mcp-protocol-version",
  "mcp-session-id",
  "transfer-encoding",
]);

/** A variable of the service's environment, in a value. */
const REFERENCE = /\$\{([^}]*)\}/g;

const text = z
  .string()
  .max(8192)
  .refine((value) => !value.includes("\0"), "expected no NUL");

/** YAML reads `1` and `true` as something else; in an environment both are texts. */
const value = z.union([text, z.number(), z.boolean()], "expected a text").transform(String);

const number = (min: number, max: number, fallback: number) =>
  z.number().min(min).max(max).default(fallback);
const int = (min: number, max: number, fallback: number) =>
  z.int().min(min).max(max).default(fallback);

const Entry = z
  .strictObject({
    command: text.min(1).optional(),
    args: z.array(value).max(256).optional(),
    env: recordOf(value, {
      name: VARIABLE_NAME,
      expected: "expected a variable's name",
    }).optional(),
    cwd: text.startsWith("/", "expected an absolute path").optional(),
    url: z
      .url({ protocol: /^https?$/, error: "expected an http(s) URL" })
      .refine((url) => !/^https?:\/\/[^/]*@/i.test(url), "expected no credentials; use headers")
      .optional(),
    headers: recordOf(value, {
      name: HEADER_NAME,
      expected: "expected a header's name",
    }).optional(),
    scope: z.enum(["shared", "tenant", "run"]).default("tenant"),
    max_output_bytes: int(1024, MOST_OUTPUT_BYTES, 65_536),
    call_timeout_sec: number(0.1, 3600, 60),
    start_timeout_sec: number(0.1, 600, 30),
    max_tools: int(1, 10_000, 200),
    idle_minutes: number(0.01, 1440, 10),
    calls_at_once: int(1, 100, 8),
  })
  .superRefine((entry, c) => {
    const say = (path: string[], message: string): void =>
      c.addIssue({ code: "custom", path, message });
    const { command, url } = entry;
    if (command === undefined && url === undefined) say([], "expected a command or a url");
    if (command !== undefined && url !== undefined) say(["url"], "expected no command beside it");
    for (const key of ["args", "env", "cwd"] as const) {
      if (command === undefined && entry[key]) say([key], "expected a command beside it");
    }
    if (url === undefined && entry.headers) say(["headers"], "expected a url beside it");
    for (const name of Object.keys(entry.headers ?? {})) {
      if (OWN_HEADERS.has(name.toLowerCase())) say(["headers", name], "is the protocol's own");
    }
  });

const File = z
  .strictObject({
    servers: recordOf(Entry, {
      name: SERVER_NAME,
      expected: "expected a name of letters, digits, - and _",
    })
      .refine(
        (servers) => Object.keys(servers).length <= MOST_SERVERS,
        `expected at most ${MOST_SERVERS}`,
      )
      .nullish(),
  })
  .nullable();

interface McpSources {
  /** The text of config/mcp.yaml; empty where there is none. */
  yaml: string;
  /** What `${NAME}` in values of `env` and `headers` stands for. */
  env: Record<string, string | undefined>;
}

/** Reads config/mcp.yaml; every mistake in it is added to `problems`, without values. */
export function readMcpFile({ yaml, env }: McpSources, problems: string[]): McpFile {
  const file = yaml.trim() === "" ? undefined : readYaml("config/mcp.yaml", yaml, File, problems);
  const servers = Object.entries(file?.servers ?? {}).map(([name, entry]) => {
    const at = `config/mcp.yaml: servers.${name}`;
    return [name, entryOf(name, entry, { at, env, problems })] as const;
  });
  return { servers: new Map(servers) };
}

interface Filling {
  /** Where it stands in the file, as mistakes name it. */
  at: string;
  env: McpSources["env"];
  problems: string[];
}

function entryOf(name: string, entry: z.infer<typeof Entry>, filling: Filling): McpServerEntry {
  const { command, url } = entry;
  const launch: McpServerEntry["launch"] =
    command === undefined
      ? { kind: "http", url: url ?? "", headers: filled(entry.headers, "headers", filling) }
      : {
          kind: "stdio",
          command,
          args: entry.args ?? [],
          env: filled(entry.env, "env", filling),
          cwd: entry.cwd,
        };
  return {
    name,
    scope: entry.scope,
    launch,
    maxOutputBytes: entry.max_output_bytes,
    callTimeoutMs: Math.round(entry.call_timeout_sec * 1000),
    startTimeoutMs: Math.round(entry.start_timeout_sec * 1000),
    maxTools: entry.max_tools,
    idleMs: Math.round(entry.idle_minutes * 60_000),
    callsAtOnce: entry.calls_at_once,
  };
}

/** Values with the service's variables in place of their names. */
function filled(
  values: Record<string, string> | undefined,
  field: "env" | "headers",
  { at, env, problems }: Filling,
): Record<string, string> {
  const result: Record<string, string> = {};
  for (const [key, raw] of Object.entries(values ?? {})) {
    result[key] = raw.replace(REFERENCE, (_whole, variable: string) => {
      const found = VARIABLE_NAME.test(variable) ? env[variable] : undefined;
      if (found !== undefined && found !== "") return found;
      problems.push(
        `${at}.${field}.${key}: the service's environment has no ${variable.slice(0, 64)}`,
      );
      return "";
    });
    // A line's end would begin another header.
    if (field === "headers" && /[^\t\u0020-\u007e\u0080-\u00ff]/.test(result[key])) {
      problems.push(`${at}.${field}.${key}: has a character that no header may have`);
    }
  }
  return result;
}

function recordOf<T extends z.ZodType>(
  value: T,
  { name, expected }: { name: RegExp; expected: string },
) {
  return z.record(z.string(), value).superRefine((values, c) => {
    for (const key of Object.keys(values)) {
      if (!name.test(key)) c.addIssue({ code: "custom", path: [key], message: expected });
    }
  });
}
