import type { Output } from "./output.ts";
import { oneLine, wrap } from "./text.ts";

/** A name and what there is to say; without a name it belongs to the one above. */
export type Fact = readonly [name: string, text: string];

const GAP = 2;
/** Longer lines are harder to read. */
const MAX_COLUMNS = 100;

/** Names on the left, what there is to say on the right, in as many lines as it needs. */
export function showFacts(facts: readonly Fact[], out: Output): void {
  const width = Math.max(...facts.map(([name]) => name.length));
  const room = Math.min(out.columns, MAX_COLUMNS) - width - GAP;
  for (const [name, text] of facts) {
    const [first = "", ...more] = wrap(oneLine(text), room);
    out.line(`${out.style.dim(name.padEnd(width + GAP))}${first}`);
    for (const line of more) out.line(`${" ".repeat(width + GAP)}${line}`);
  }
}
