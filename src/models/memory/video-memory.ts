import type { Part } from "../../runtime/lifecycle.ts";

/** What is read of a graphics card, as systeminformation's `graphics()` has it. */
interface GraphicsCard {
  vendor?: string;
  /** It takes its memory from the machine's. */
  vramDynamic?: boolean;
  /** MiB, as the card's driver tells them. */
  memoryTotal?: number;
}

const MIB = 2 ** 20;

/** Makers of cards on which models run. What others show is drawn on screens. */
const COMPUTES = /nvidia|advanced micro devices|\bamd\b|\bati\b/i;

/**
 * The memory of all graphics cards that models can be in, in bytes, 0 where there is none. Only the
 * driver's figure counts (NVIDIA's): `vram` is the window through which the machine sees the memory,
 * often 256 MiB, or what fits into 32 bits. Undefined where a card does not tell. One that shares the
 * machine's memory has none of its own.
 */
export function videoMemoryBytes(cards: readonly GraphicsCard[]): number | undefined {
  let mib = 0;
  for (const { vendor = "", vramDynamic, memoryTotal } of cards) {
    if (!COMPUTES.test(vendor) || vramDynamic === true) continue;
    if (!memoryTotal) return undefined;
    mib += memoryTotal;
  }
  return mib * MIB;
}

export type ReadGraphics = () => Promise<GraphicsCard[]>;

/** Reads the memory of graphics cards once, in the background. */
export class VideoMemory implements Part {
  readonly name = "video memory";
  readonly #read: ReadGraphics;
  #bytes: number | undefined;

  constructor({ read }: { read: ReadGraphics }) {
    this.#read = read;
  }

  /** As `videoMemoryBytes`; undefined also before it was read. */
  get bytes(): number | undefined {
    return this.#bytes;
  }

  start(): void {
    this.#read().then(
      (cards) => {
        this.#bytes = videoMemoryBytes(cards);
      },
      // It stays unknown.
      () => {},
    );
  }

  stop(): void {}
}
