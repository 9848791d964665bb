import { z } from "zod";
import { canonicalModel } from "../../../models/model-name.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";
import type { OllamaSeen } from "./ollama.ts";

const { ok, warning, unknown } = findingsOf("models");

const Tags = z.object({ models: z.array(z.object({ name: z.string() })).nullable() });

const TAGS_MS = 5000;

/** Whether the required models are installed. */
export async function checkModels(
  facts: Pick<Facts, "service" | "profile" | "machine">,
  ollama: Pick<OllamaSeen, "origin">,
): Promise<Finding[]> {
  const { service, profile } = facts;
  if (service && service.health.ollama_status === "running") {
    return missingFindings(service.health.missing_models.map(({ name }) => name));
  }
  if (!profile)
    return [unknown("Which ones are required is not known without config/models.yaml.")];
  const installed = await installedAt(facts, ollama.origin);
  if (!installed) {
    return [unknown("They show when the service or Ollama runs.", "`shared-ollama start`.")];
  }
  return missingFindings(
    profile.profile.required_models.filter((name) => !installed.has(canonicalModel(name))),
  );
}

function missingFindings(missing: string[]): Finding[] {
  if (missing.length === 0) return [ok("All required ones are installed.")];
  return [
    warning(
      `Required and not installed: ${missing.join(", ")}.`,
      "`shared-ollama preload` fetches them.",
    ),
  ];
}

async function installedAt(
  { machine }: Pick<Facts, "machine">,
  origin: string | undefined,
): Promise<Set<string> | undefined> {
  if (origin === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(TAGS_MS);
    const answer = await machine.fetch(`${origin}/api/tags`, { signal });
    const { models } = Tags.parse(await answer.json());
    return new Set((models ?? []).map(({ name }) => canonicalModel(name)));
  } catch {
    return undefined;
  }
}
