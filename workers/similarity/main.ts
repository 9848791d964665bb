// Entry of the similarity thread. Each export is a task that its client calls by name. The thread's
// state is lost with it; its owner has a copy and loads it again.
import type { Done, Found, Refused, SimilarityStats, SimilarityTasks } from "./protocol.ts";
import { rankDocuments } from "./rank.ts";
import { Space } from "./space.ts";

type Input<K extends keyof SimilarityTasks> = SimilarityTasks[K]["input"];

/** The length of a slice of work on the indexes. Tasks have their turn between two slices. */
const SLICE_MS = 1;

const DONE: Done = { ok: true };
const UNKNOWN: Refused = { ok: false, reason: "unknown_space" };
const BAD_VECTOR: Refused = { ok: false, reason: "bad_vector" };

const spaces = new Map<string, Space>();
/** Spaces that are not loaded completely yet. */
const unfinished = new Map<string, Space>();
/** Names of spaces with entries that are still to move to the index. */
const behind = new Set<string>();
let isWorking = false;

export function rank(input: Input<"rank">) {
  return rankDocuments(input);
}

export function load({ space: name, ids, vectors, more }: Input<"load">): Done | Refused {
  const space = unfinished.get(name) ?? new Space();
  unfinished.delete(name);
  if (!space.add(ids, vectors)) return BAD_VECTOR;
  if (more) {
    spaces.delete(name);
    unfinished.set(name, space);
  } else {
    spaces.set(name, space);
    catchUp(name, space);
  }
  return DONE;
}

export function add({ space: name, id, vector }: Input<"add">): Done | Refused {
  const space = spaces.get(name);
  if (!space) return UNKNOWN;
  if (!space.add([id], vector)) return BAD_VECTOR;
  if (space.isWornOut) spaces.delete(name);
  else catchUp(name, space);
  return DONE;
}

export function remove({ space: name, ids }: Input<"remove">): Done | Refused {
  const space = spaces.get(name);
  if (!space) return UNKNOWN;
  for (const id of ids) space.remove(id);
  // The owner has the vectors, and loads the space again.
  if (space.isWornOut) spaces.delete(name);
  return DONE;
}

export function drop({ space }: Input<"drop">): Done {
  spaces.delete(space);
  unfinished.delete(space);
  return DONE;
}

export function search(input: Input<"search">): Found | Refused {
  const space = spaces.get(input.space);
  if (!space) return UNKNOWN;
  const matches = space.search(input.vector, input.count, input.atLeast);
  return matches ? { ok: true, matches } : BAD_VECTOR;
}

export function stats(): SimilarityStats {
  const all = [...spaces.values()];
  const sum = (of: (space: Space) => number): number =>
    all.reduce((total, space) => total + of(space), 0);
  return {
    spaces: all.length,
    entries: sum((space) => space.size),
    indexed: sum((space) => space.indexed),
  };
}

function catchUp(name: string, space: Space): void {
  if (!space.isBehind) return;
  behind.add(name);
  if (isWorking) return;
  isWorking = true;
  setImmediate(workOnIndexes);
}

/** Works for one slice. The next slice follows after the tasks that have arrived meanwhile. */
function workOnIndexes(): void {
  const end = performance.now() + SLICE_MS;
  for (const name of behind) {
    const space = spaces.get(name);
    while (space?.indexOne()) {
      if (performance.now() < end) continue;
      setImmediate(workOnIndexes);
      return;
    }
    behind.delete(name);
  }
  isWorking = false;
}
