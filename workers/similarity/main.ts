// Entry of the similarity thread: each export is a task that its client calls by name. What it
// holds is lost with it; its owner has its own copy and loads it again.
import type { Done, Found, Refused, SimilarityStats, SimilarityTasks } from "./protocol.ts";
import { rankDocuments } from "./rank.ts";
import { Space } from "./space.ts";

type Input<K extends keyof SimilarityTasks> = SimilarityTasks[K]["input"];

/** Between two such slices of work on the indexes a task has its turn. */
const SLICE_MS = 1;

const DONE: Done = { ok: true };
const UNKNOWN: Refused = { ok: false, reason: "unknown_space" };
const BAD_VECTOR: Refused = { ok: false, reason: "bad_vector" };

const spaces = new Map<string, Space>();
/** Spaces of which more is to come. */
const unfinished = new Map<string, Space>();
/** Names of spaces that have entries to move to their index. */
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
  // Its owner has the vectors, and loads it again.
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

/** One slice; the next follows behind the tasks that have come meanwhile. */
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
