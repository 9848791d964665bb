import { z } from "zod";
import { readYaml } from "../../config/yaml-file.ts";
import { AgentBody, definitionOf } from "../../routes/service/contract/agents/definition.ts";
import { MAX_DEFINITION_BYTES } from "../agents/agent-book.ts";
import type { KnownServers } from "../agents/agent-check.ts";
import type { AgentDefinition } from "../agents/agent.ts";
import type { ImportedAgent, ImportedAgents } from "../agents/imported-agents.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { WatchedFolder, type FolderFile } from "../runtime/watched-folder.ts";
import type { Base } from "./base.ts";

const MOST_FILES = 1000;

/** A file with comments only is nothing. */
const File = z.record(z.string(), z.unknown()).nullable();

interface AgentFilesOptions extends Pick<Base, "terminal" | "logs"> {
  /** `config/agents`; without it there are no such agents. */
  path: string | undefined;
  imported: ImportedAgents;
  servers: KnownServers;
  /** How often it is looked for changes; for tests. */
  everyMs?: number | undefined;
}

/**
 * Reads the operator's agents at the start, and again when a file changes. A file with mistakes
 * makes no agent; one that had made an agent before leaves that as it was.
 */
export function agentFilesPart(options: AgentFilesOptions): Part[] {
  const { path, imported, servers, terminal, logs, everyMs } = options;
  if (path === undefined) return [];
  let isFirst = true;
  let known = new Map<string, ImportedAgent>();
  const folder = new WatchedFolder({
    path,
    counts: (name) => /\.ya?ml$/i.test(name) && !name.startsWith("."),
    maxFiles: MOST_FILES,
    maxBytes: MAX_DEFINITION_BYTES,
    ...(everyMs === undefined ? {} : { everyMs }),
    onChange: (files) => {
      const problems: string[] = [];
      const agents = new Map<string, ImportedAgent>();
      for (const file of files) {
        const faults: string[] = [];
        const agent = readAgent(file, servers, faults);
        problems.push(...faults);
        const kept = agent ?? (faults.length > 0 ? known.get(file.name) : undefined);
        if (kept) agents.set(file.name, kept);
      }
      problems.push(...sameNames([...agents.values()]));
      known = agents;
      imported.replace([...agents.values()]);
      if (!isFirst || agents.size > 0) {
        terminal.say(`config/agents was read: ${agents.size} agents.`);
      }
      isFirst = false;
      if (problems.length === 0) return;
      logs.service.error({ problems }, "files of config/agents were not taken over");
      terminal.say(`Not taken over: ${problems.join("; ")}`);
    },
  });
  return [{ name: "agent files", start: () => folder.start(), stop: () => folder.stop() }];
}

/** @param problems where its mistakes are added, with the field. */
function readAgent(
  { name: fileName, text, modifiedMs }: FolderFile,
  servers: KnownServers,
  problems: string[],
): ImportedAgent | undefined {
  const file = `config/agents/${fileName}`;
  if (text === undefined) {
    problems.push(`${file}: cannot be read, or has more than ${MAX_DEFINITION_BYTES} bytes`);
    return undefined;
  }
  const given = text.trim() === "" ? null : readYaml(file, text, File, problems);
  if (!given) return undefined;
  // Its name is the file's, unless it says another one; everyone sees it.
  const body = {
    name: fileName.replace(/\.ya?ml$/i, ""),
    visibility: "everyone",
    ...given,
  };
  const definition = checkedDefinition(file, body, problems);
  if (!definition) return undefined;
  const unknown = definition.mcp.filter((server) => !servers.knows(server));
  if (unknown.length > 0) {
    problems.push(`${file}: mcp: ${unknown.join(", ")} is not in config/mcp.yaml`);
    return undefined;
  }
  return {
    ...definition,
    file,
    owner: undefined,
    createdAtMs: Math.round(modifiedMs),
    updatedAtMs: Math.round(modifiedMs),
  };
}

function checkedDefinition(
  file: string,
  body: Record<string, unknown>,
  problems: string[],
): AgentDefinition | undefined {
  const parsed = AgentBody.safeParse(body);
  if (!parsed.success) {
    for (const { path, message } of parsed.error.issues) {
      problems.push(`${file}: ${path.map(String).join(".") || "the file"}: ${message}`);
    }
    return undefined;
  }
  if (parsed.data.visibility !== "everyone") {
    problems.push(`${file}: visibility: everyone sees the agents of files`);
    return undefined;
  }
  try {
    return definitionOf(parsed.data);
  } catch (err) {
    if (!(err instanceof ServiceError)) throw err;
    problems.push(`${file}: ${err.message}`);
    return undefined;
  }
}

/** Files whose agent has the name of another one's. */
function sameNames(agents: readonly ImportedAgent[]): string[] {
  const first = new Map<string, string>();
  const problems: string[] = [];
  for (const { name, file } of agents) {
    const other = first.get(name);
    if (other === undefined) first.set(name, file);
    else problems.push(`${file}: name: '${name}' is the agent of ${other}, which counts`);
  }
  return problems;
}
