import { videoMemoryBytes } from "../../../models/memory/video-memory.ts";
import { memorySize } from "../../output/units.ts";
import { findingsOf, type Finding } from "../finding.ts";
import type { GraphicsFigures } from "../machine.ts";
import type { Facts } from "../facts.ts";

const { ok, warning, unknown } = findingsOf("graphics");

const COMPUTES = /nvidia|advanced micro devices|\bamd\b|\bati\b/i;

/** What models are computed on. */
export async function checkGraphics({ machine }: Pick<Facts, "machine">): Promise<Finding[]> {
  if (machine.platform === "darwin") {
    if (machine.architecture === "arm64") return [ok("Metal: models run on the graphics cores.")];
    return [
      warning(
        "This Mac has no Apple processor: models run on the processor alone.",
        "Use small models.",
      ),
    ];
  }
  const cards = await machine.graphics().catch(() => undefined);
  if (!cards) return [unknown("Which graphics cards there are cannot be told.")];
  const able = cards.filter(
    ({ vendor = "", vramDynamic }) => COMPUTES.test(vendor) && !vramDynamic,
  );
  if (able.length === 0) return [ok("No card that models run on: they run on the processor.")];
  const mute = able.filter(isMuteNvidia);
  if (mute.length > 0) {
    return [
      warning(
        `${nameOf(mute[0] ?? {})} is there, and its driver does not answer.`,
        "Install NVIDIA's driver (`nvidia-smi` has to list the card), then restart Ollama.",
      ),
    ];
  }
  const bytes = videoMemoryBytes(able);
  const memory = bytes === undefined ? "" : ` with ${memorySize(bytes)}`;
  const [first = {}] = able;
  return [ok(`${able.length > 1 ? `${able.length} × ` : ""}${nameOf(first)}${memory}.`)];
}

/** Only NVIDIA's driver tells a card's memory. */
function isMuteNvidia({ vendor = "", memoryTotal }: GraphicsFigures): boolean {
  return /nvidia/i.test(vendor) && !memoryTotal;
}

function nameOf({ vendor, model }: GraphicsFigures): string {
  return model?.trim() || vendor?.trim() || "A graphics card";
}
