import { ServiceError } from "../../errors/service-error.ts";
import type { ModelProgress } from "./progress.ts";

/** The disk that the server's models are on. */
export interface DiskSpace {
  totalBytes: number;
  freeBytes: number;
}

const LARGEST_RESERVE_BYTES = 20e9;

/** How much of a disk a download leaves free. */
export function reserveOf({ totalBytes }: Pick<DiskSpace, "totalBytes">): number {
  return Math.min(totalBytes / 10, LARGEST_RESERVE_BYTES);
}

/** Parts of a model that are looked at. */
const MAX_PARTS = 1024;

/** What downloads under way have still to put on the disk. */
export class DiskRoom {
  readonly #measure: () => Promise<DiskSpace | undefined>;
  /** Of each download the bytes to come, by the digest of their part. */
  readonly #downloads = new Set<Map<string, number>>();

  /** @param measure the disk now; undefined where it cannot be known. */
  constructor(measure: () => Promise<DiskSpace | undefined>) {
    this.#measure = measure;
  }

  /** A download begins. Its size shows as the server gets to its parts. */
  begin(): Download {
    const parts = new Map<string, number>();
    this.#downloads.add(parts);
    return {
      assertFits: (line) => this.#assertFits(parts, line),
      end: () => void this.#downloads.delete(parts),
    };
  }

  async #assertFits(parts: Map<string, number>, line: ModelProgress): Promise<void> {
    const { digest, total, completed = 0 } = line;
    if (digest === undefined || total === undefined) return;
    const isNew = !parts.has(digest);
    if (isNew && parts.size >= MAX_PARTS) return;
    const toCome = Math.max(0, total - completed);
    parts.set(digest, toCome);
    if (!isNew || toCome === 0) return;
    const disk = await this.#measure();
    if (!disk) return;
    const needed = sum(parts);
    const promised = [...this.#downloads].reduce((bytes, other) => bytes + sum(other), 0) - needed;
    const free = disk.freeBytes - promised;
    const reserve = reserveOf(disk);
    if (free - needed >= reserve) return;
    const others = promised > 0 ? " beside what other pulls will take" : "";
    throw new ServiceError(
      "insufficient_storage",
      `The model takes ${shown(needed)} more, and ${shown(free)} of the disk are free${others}: ` +
        `at least ${shown(reserve)} have to stay free`,
      { fields: { needed_bytes: needed, free_bytes: free, reserve_bytes: Math.round(reserve) } },
    );
  }
}

/** What one download takes of the disk. */
export interface Download {
  /**
   * Looks at a line of it: each part is looked at when the server gets to it.
   * @throws ServiceError `insufficient_storage` when too little would be left, with both numbers.
   */
  assertFits(line: ModelProgress): Promise<void>;
  /** It has ended: what it was to take is on the disk, or will not come. */
  end(): void;
}

function sum(parts: ReadonlyMap<string, number>): number {
  let bytes = 0;
  for (const part of parts.values()) bytes += part;
  return bytes;
}

function shown(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${(bytes / 1e6).toFixed(1)} MB`;
}
