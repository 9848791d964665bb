import { createHash } from "node:crypto";

/** Six bytes are as much as a number holds exactly; a digest has five times as many. */
const DRAW_BYTES = 6;
const DRAWS = 5;

/** The numbers from 0 to `count` - 1 in an order that is the same for a seed, on each machine. */
export function shuffled(count: number, seed: number): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, index) => index);
  let digest = Buffer.alloc(0);
  for (let left = count, draw = 0; left > 1; left -= 1, draw += 1) {
    const step = draw % DRAWS;
    if (step === 0) digest = createHash("sha256").update(`${seed}:${draw}`).digest();
    const fraction = digest.readUIntBE(step * DRAW_BYTES, DRAW_BYTES) / 2 ** (8 * DRAW_BYTES);
    const chosen = Math.floor(fraction * left);
    const last = order[left - 1] ?? 0;
    order[left - 1] = order[chosen] ?? 0;
    order[chosen] = last;
  }
  return order;
}
