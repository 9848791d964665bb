import { memorySize } from "../../output/units.ts";
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
  const total = memorySize(memory.totalBytes);
  const free = memorySize(memory.availableBytes);
  const has = `${total}, ${free} of them free`;
  if (!profile) return [ok(`${has}.`)];
  const { name, largest_model_gb: largest } = profile.profile;
  const needed = largest + profile.inferenceBufferGb;
  if (memory.totalBytes < needed * GIB) {
    return [
      warning(
        `${total} are too little for the largest model of the profile ${name} (${memorySize(needed * GIB)} with its context).`,
        "Use smaller models: OLLAMA_DEFAULT_TEXT_MODEL, OLLAMA_REQUIRED_MODELS.",
      ),
    ];
  }
  // A running service has loaded models itself, which it unloads for others.
  if (!service && memory.availableBytes < needed * GIB) {
    return [
      warning(
        `${free} of ${total} are free; the largest model of the profile ${name} takes ${memorySize(needed * GIB)} with its context.`,
        "End other programs, or use smaller models.",
      ),
    ];
  }
  return [ok(`${has}; profile ${name}.`)];
}
