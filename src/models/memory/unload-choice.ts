/** A model in memory, as far as it matters for whether it may go. */
export interface MemoryModel {
  /** Canonical. */
  name: string;
  /** Bytes of all memory in which models can be. */
  bytes: number;
  /** Bytes of the machine's own memory. */
  mainBytes: number;
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
  /** Bytes of the machine's own memory that they may take. */
  mainLimitBytes: number;
  /** The part of the machine's memory that is taken, by whatever: 0 to 1. */
  usedShare: number;
  /** Models that may be in memory at once; undefined: any number. */
  mostLoaded: number | undefined;
}

interface UnloadRules {
  idleMs: number;
  /** From this share on memory is tight. */
  pressure: number;
}

/** Why a model leaves; `room`: for another one that is about to be loaded. */
export type UnloadReason = "idle" | "pressure" | "limit" | "count" | "room";

/** Whether a model may be unloaded once nothing runs on it. */
export function mayLeave({ isPinned, isSeen }: MemoryModel): boolean {
  return !isPinned && isSeen;
}

/** The order in which models leave where there is need: the service's own, then the longest idle. */
export function byNeed(a: MemoryModel, b: MemoryModel): number {
  return Number(b.isOwn) - Number(a.isOwn) || b.idleMs - a.idleMs;
}

/** What models take together. */
export function bytesTogether(models: readonly MemoryModel[]): number {
  return models.reduce((sum, { bytes }) => sum + bytes, 0);
}

/**
 * The model to unload next, if any. None that is running, pinned or used by others. Above a limit
 * or with too many of them it is the one that has been idle for longest; else one that has been
 * idle for long enough, half as long where memory is tight, unless a client has asked for it to be
 * kept.
 */
export function nextToUnload(
  models: readonly MemoryModel[],
  state: MemoryState,
  { idleMs, pressure }: UnloadRules,
): { model: MemoryModel; reason: UnloadReason } | undefined {
  const free = models.filter((m) => m.running === 0 && mayLeave(m)).toSorted(byNeed);
  const [first] = free;
  if (first && bytesTogether(models) > state.limitBytes) return { model: first, reason: "limit" };
  const mainBytes = models.reduce((sum, model) => sum + model.mainBytes, 0);
  if (mainBytes > state.mainLimitBytes) {
    const inMain = free.find((model) => model.mainBytes > 0);
    if (inMain) return { model: inMain, reason: "limit" };
  }
  if (first && models.length > (state.mostLoaded ?? Infinity)) {
    return { model: first, reason: "count" };
  }
  const isTight = state.usedShare > pressure;
  const longest = isTight ? idleMs / 2 : idleMs;
  const ordered = isTight ? free : free.toSorted((a, b) => b.idleMs - a.idleMs);
  const idle = ordered.find((model) => !model.isKept && model.idleMs > longest);
  return idle && { model: idle, reason: idle.idleMs > idleMs ? "idle" : "pressure" };
}
