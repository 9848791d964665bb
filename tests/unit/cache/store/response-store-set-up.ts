import { vi } from "vitest";
import type { CacheEntry } from "../../../../src/cache/response-cache.ts";
import { ResponseStore } from "../../../../src/cache/store/response-store.ts";
import type { ReadEntry } from "../../../../src/cache/store/stored-rows.ts";
import { ServiceError } from "../../../../src/errors/service-error.ts";
import { deferred, type Deferred } from "../../../../src/runtime/deferred.ts";
import { DatabaseClient } from "../../../../workers/database/client.ts";
import type { SetAside } from "../../../../workers/database/protocol.ts";
import type { ReadAnswer, StoreTasks } from "../../../../workers/response-store/protocol.ts";

export const TTL_MS = 60_000;

export const STOP_MS = 2000;

export const NOW = 1_000_000;

export const entryOf = (id: number, { tenant = "acme", bytes = 100 } = {}): CacheEntry => ({
  id,
  question: { space: "s", text: `text ${id}`, tenant, model: "m:latest", isSampled: false },
  answer: { id },
  tookMs: 1,
  storedAt: NOW,
  bytes,
});

export const readAnswer = (id: number, tenant = "acme"): ReadAnswer => {
  const { question, answer, storedAt, tookMs } = entryOf(id, { tenant });
  const json = JSON.stringify({ question, answer });
  return { id, tenant, model: "m:latest", storedAt, tookMs, json, vector: undefined };
};

export const LOST = new Error("the response store thread was lost");

export const refused = (fault: string) => ({
  ok: false,
  fault,
  code: `SQLITE_${fault.toUpperCase()}`,
});

interface Call {
  name: string;
  input: Record<string, unknown>;
  answer: Deferred<unknown>;
}

/** A thread that answers as the test says: `open` and `close` at once, the others when told. */
export function setUp({
  answers = {},
  notKept = [],
}: { answers?: Record<string, unknown[]>; notKept?: number[] } = {}) {
  const calls: Call[] = [];
  const scripted: Record<string, unknown[]> = {
    open: [],
    read: [{ ok: true, answers: [], next: undefined }],
    ...answers,
  };
  const told: string[] = [];
  const read: ReadEntry[] = [];
  const state = { destroyed: 0, isFileGone: false, canRemove: true };
  const run = (name: string, input: unknown): Promise<unknown> => {
    if (state.destroyed > 0) return Promise.reject(new ServiceError("shutting_down", "stopping"));
    const answer = deferred<unknown>();
    calls.push({ name, input: input as Record<string, unknown>, answer });
    const next = scripted[name]?.shift();
    if (next instanceof Error) answer.reject(next);
    else if (next !== undefined) answer.resolve(next);
    else if (name === "open") answer.resolve({ ok: true, setAside: undefined });
    else if (name === "close") answer.resolve({ ok: true });
    return answer.promise;
  };
  const thread = {
    run: run as never,
    destroy: async () => {
      state.destroyed += 1;
      const err = new ServiceError("shutting_down", "stopping");
      for (const call of calls) call.answer.reject(err);
    },
  };
  const expiredAt = (): number => NOW - TTL_MS;
  const store = new ResponseStore({
    client: new DatabaseClient<StoreTasks>({
      name: "response store",
      file: "/data/cache.db",
      thread,
      openWith: () => ({ expiredAt: expiredAt() }),
      onSetAside: ({ name }: SetAside) => void told.push(`set aside: ${name}`),
      removes: "drop",
    }),
    expiredAt,
    removeFile: async () => {
      if (!state.canRemove) throw new Error("EACCES");
      state.isFileGone = true;
    },
    stopMs: STOP_MS,
    onRead: (entries) => {
      read.push(...entries);
      return notKept;
    },
    onReadAll: () => void told.push("all is read"),
    report: {
      failed: (fault) => void told.push(`failed: ${fault}`),
      losing: () => void told.push("losing"),
    },
    pending: { maxBytes: 10_000, batchChanges: 3, batchBytes: 1000 },
    now: () => NOW,
  });
  const names = (): string[] => calls.map(({ name }) => name);
  /** The newest call of a task. */
  const latest = (name: string): Call => {
    const found = calls.filter((call) => call.name === name).at(-1);
    if (!found) throw new Error(`there was no ${name}`);
    return found;
  };
  const settle = async (name: string, output: unknown = { ok: true }): Promise<void> => {
    latest(name).answer.resolve(output);
    await turn();
  };
  const written = (): unknown[] =>
    calls
      .filter(({ name }) => name === "write")
      .map(({ input }) => (input["answers"] as { id: number }[]).map(({ id }) => id));
  return { store, calls, names, latest, settle, told, read, state, written };
}

export const turn = async (): Promise<void> => void (await vi.advanceTimersByTimeAsync(0));

export const failureOf = (call: Promise<unknown>): Promise<unknown> =>
  call.catch((err: unknown) => err);

/** One that has read what there was. */
export async function started(options: Parameters<typeof setUp>[0] = {}) {
  const all = setUp(options);
  all.store.start();
  await turn();
  return all;
}
