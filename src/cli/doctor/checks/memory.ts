import { findingsOf, type Finding } from "../finding.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, unknown } = findingsOf("memory");

const GIB = 2 ** 30;

/** Whether the profile's largest model finds room. Loaded models count as taken. */
export function checkMemory({
  memory,
  profile,
  service,
}: Pick<Facts, "memory" | "profile" | "service">): Finding[] {
  if (!memory) return [unknown("How much there is cannot be told.")];
  const total = gib(memory.totalBytes);
  const free = gib(memory.availableBytes);
  const has = `${total} GiB, ${free} GiB of them free`;
  if (!profile) return [ok(`${has}.`)];
  const { name, largest_model_gb: largest } = profile.profile;
  const needed = largest + profile.inferenceBufferGb;
  if (memory.totalBytes < needed * GIB) {
    return [
      warning(
        `${total} GiB are too little for the largest model of the profile ${name} (${needed} GiB with its context).`,
        "Use smaller models: OLLAMA_DEFAULT_TEXT_MODEL, OLLAMA_REQUIRED_MODELS.",
      ),
    ];
  }
  // A running service has loaded models itself, which it unloads for others.
  if (!service && memory.availableBytes < needed * GIB) {
    return [
      warning(
        `${free} of ${total} GiB are free; the largest model of the profile ${name} takes ${needed} GiB with its context.`,
        "End other programs, or use smaller models.",
      ),
    ];
  }
  return [ok(`${has}; profile ${name}.`)];
}

function gib(bytes: number): string {
  const value = bytes / GIB;
  return value >= 10 ? String(Math.round(value)) : value.toFixed(1);
}
