/** A model in memory, as far as it matters for whether it may go. */
export interface MemoryModel {
  /** Canonical. */
  name: string;
  /** Bytes of main memory. */
  bytes: number;
  running: number;
  /** Milliseconds since its last use. */
  idleMs: number;
  isPinned: boolean;
  /** A client has asked for it to be kept, and that time is not over. */
  isKept: boolean;
  /** It serves the service itself, which can do without it. */
  isOwn: boolean;
  /** Every use of it went through the service. */
  isSeen: boolean;
}

/** How the memory of the machine is. */
export interface MemoryState {
  /** Bytes that models may take together. */
  limitBytes: number;
  /** The part of the machine's memory that is taken, by whatever: 0 to 1. */
  usedShare: number;
}

interface UnloadRules {
  idleMs: number;
  /** From this share on memory is tight. */
  pressure: number;
}

export type UnloadReason = "idle" | "pressure" | "limit";

/**
 * The model to unload next, if any. None that is running, pinned or used by others. Above the limit
 * it is the one that has been idle for longest; else one that has been idle for long enough, half
 * as long where memory is tight, unless a client has asked for it to be kept.
 */
export function nextToUnload(
  models: readonly MemoryModel[],
  { limitBytes, usedShare }: MemoryState,
  { idleMs, pressure }: UnloadRules,
): { model: MemoryModel; reason: UnloadReason } | undefined {
  const free = models.filter((m) => m.running === 0 && !m.isPinned && m.isSeen);
  const isTight = usedShare > pressure;
  const bytes = models.reduce((sum, model) => sum + model.bytes, 0);
  const isAbove = bytes > limitBytes;
  const ordered = free.toSorted(
    isTight || isAbove
      ? (a, b) => Number(b.isOwn) - Number(a.isOwn) || b.idleMs - a.idleMs
      : (a, b) => b.idleMs - a.idleMs,
  );
  const [first] = ordered;
  if (isAbove && first) return { model: first, reason: "limit" };
  const longest = isTight ? idleMs / 2 : idleMs;
  const idle = ordered.find((model) => !model.isKept && model.idleMs > longest);
  return idle && { model: idle, reason: idle.idleMs > idleMs ? "idle" : "pressure" };
}
