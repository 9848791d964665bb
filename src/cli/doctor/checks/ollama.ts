import { z } from "zod";
import { usualOrigin } from "../../../../config/usual-origin.ts";
import { cutsInSilence, isAtLeast, ollamaVersion } from "../../../hosts/ollama-version.ts";
import type { ServerKind } from "../../../hosts/server.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";
import { addressOf } from "../../service-url.ts";

const { ok, warning, broken } = findingsOf("ollama");

/** What was found of inference servers. */
export interface OllamaSeen {
  findings: Finding[];
  /** Where one answers. */
  origin: string | undefined;
  /** What a start of the service would take; undefined: none. */
  kind: ServerKind | undefined;
}

const Version = z.object({ version: z.string() });

/** The version that the service was compared with. */
const REFERENCE = [0, 13, 5] as const;
const REFERENCE_NAME = REFERENCE.join(".");

/** Finds what a start of the service would find, and says which version that is. */
export async function checkOllama(
  facts: Pick<Facts, "config" | "machine" | "env" | "port" | "service">,
  findOllama: (path: string | undefined) => Promise<string | undefined>,
): Promise<OllamaSeen> {
  const { settings } = facts.config;
  const { inferenceServer, ollamaBaseUrl, apiHost } = settings;
  const external = inferenceServer === "external" || ollamaBaseUrl !== undefined;
  const origin = ollamaBaseUrl ?? usualOrigin(settings);
  if (inferenceServer === "engine") {
    return {
      findings: [ok("Not used: INFERENCE_SERVER=engine.")],
      origin: undefined,
      kind: "engine",
    };
  }
  const isOurs = ownOrigins(apiHost, facts.port).has(origin);
  if (isOurs && external) {
    return { findings: [ourselves(origin)], origin: undefined, kind: undefined };
  }
  const running = isOurs ? undefined : await versionAt(facts, origin);
  if (running !== undefined) {
    const said = versionFinding(running, `runs at ${origin}`);
    return { findings: [said], origin, kind: "external" };
  }
  const used = await usedByService(facts);
  if (used) return used;
  if (external) return { findings: [silent(origin, facts)], origin: undefined, kind: undefined };
  const program = await findOllama(facts.env["PATH"]);
  if (program === undefined) return notInstalled(inferenceServer);
  // Nothing listens at port 1: the program is to say its own version.
  const signal = AbortSignal.timeout(PROGRAM_MS);
  const version = await ollamaVersion({ program, port: 1, env: facts.env, signal });
  return { findings: [programFinding(program, version)], origin: undefined, kind: "ollama" };
}

const PROGRAM_MS = 5000;

function ownOrigins(host: string, port: number): Set<string> {
  return new Set([
    addressOf({ host, port }),
    `http://127.0.0.1:${port}`,
    `http://localhost:${port}`,
  ]);
}

/** What a running service uses: its environment may name another server than this one. */
async function usedByService(
  facts: Pick<Facts, "config" | "machine" | "service">,
): Promise<OllamaSeen | undefined> {
  const kind = facts.service?.health.inference_server;
  if (!facts.service || !kind) return undefined;
  if (kind === "engine") {
    const found = "The running service uses the embedded engine, which needs none.";
    return { findings: [ok(found)], origin: undefined, kind };
  }
  // The service passes the question on.
  const version = await versionAt(facts, facts.service.origin);
  if (version === undefined) return undefined;
  const findings = [versionFinding(version, "is what the running service uses")];
  return { findings, origin: undefined, kind };
}

async function versionAt(
  { machine, config }: Pick<Facts, "machine" | "config">,
  origin: string,
): Promise<string | undefined> {
  try {
    const signal = AbortSignal.timeout(config.settings.probeTimeoutMs);
    const answer = await machine.fetch(`${origin}/api/version`, { signal });
    return Version.parse(await answer.json()).version;
  } catch {
    return undefined;
  }
}

function versionFinding(version: string, where: string): Finding {
  const todo = "Bring it up to date: `shared-ollama install --plan` says how.";
  if (cutsInSilence(version)) {
    return warning(
      `Ollama ${version} ${where}; it is too old: prompts that do not fit are cut in silence.`,
      todo,
    );
  }
  const isNumbered = /^\d+\.\d+/.test(version) && version !== "0.0.0";
  if (isNumbered && !isAtLeast(version, REFERENCE)) {
    return warning(
      `Ollama ${version} ${where}; versions before ${REFERENCE_NAME} were not tried.`,
      todo,
    );
  }
  return ok(`Ollama ${version} ${where}.`);
}

function programFinding(program: string, version: string | undefined): Finding {
  if (version !== undefined) return versionFinding(version, `is at ${program}; a start runs it`);
  return broken(
    `${program} does not say its version.`,
    "Install it anew: `shared-ollama install --plan` says how.",
  );
}

function ourselves(origin: string): Finding {
  return broken(
    `${origin} is this service itself.`,
    "Set OLLAMA_BASE_URL or OLLAMA_HOST to Ollama's address.",
  );
}

function silent(origin: string, { config }: Pick<Facts, "config">): Finding {
  const setting = config.settings.ollamaBaseUrl === undefined ? "OLLAMA_HOST" : "OLLAMA_BASE_URL";
  return broken(`No Ollama answers at ${origin}.`, `Start it there, or mend ${setting}.`);
}

function notInstalled(inferenceServer: "auto" | "ollama" | "external"): OllamaSeen {
  const todo = "`shared-ollama install --plan` says how to install it.";
  if (inferenceServer === "ollama") {
    const found = "None runs or is installed, and INFERENCE_SERVER=ollama asks for it.";
    return { findings: [broken(found, todo)], origin: undefined, kind: undefined };
  }
  const found = "None runs or is installed; the embedded engine, for small models, stands in.";
  return { findings: [warning(found, todo)], origin: undefined, kind: "engine" };
}
