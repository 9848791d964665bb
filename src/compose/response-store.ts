import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Settings } from "../../config/schema.ts";
import { DatabaseClient } from "../../workers/database/client.ts";
import { openStoreThread } from "../../workers/response-store/open-thread.ts";
import type { StoreTasks } from "../../workers/response-store/protocol.ts";
import { ResponseStore } from "../cache/store/response-store.ts";
import type { Part } from "../runtime/lifecycle.ts";
import { entryUrl } from "../runtime/paths.ts";
import { ThreadCalls } from "../../workers/thread-calls.ts";
import type { LogFiles } from "../logs/service-log.ts";

interface StoreParts {
  settings: Settings;
  /** The folder that SHARED_OLLAMA_HOME names, absolute. */
  home: string;
  logs: LogFiles;
}

/** To take answers out of a file of gigabytes, which is written anew for it, takes a minute. */
const THREAD_DEADLINE_MS = 120_000;

/** What waits is written at shutdown even where nothing else is waited for. */
const LEAST_STOP_MS = 1000;
const STOP_MARGIN_MS = 3000;

/** Builds what keeps the response cache on disk, if it is to be. */
export function composeResponseStore(
  { settings, home, logs }: StoreParts,
  cache: Pick<ConstructorParameters<typeof ResponseStore>[0], "onRead" | "onReadAll">,
): ResponseStore | undefined {
  if (!settings.responseCacheEnabled || !settings.responseCachePersist) return undefined;
  const { service } = logs;
  const file = join(home, "data", "response-cache.db");
  const entry = entryUrl("workers/response-store/main.ts");
  const thread = new ThreadCalls<StoreTasks>({
    name: "response store thread",
    open: (onEnd) => openStoreThread({ entry, onEnd }),
    deadlineMs: THREAD_DEADLINE_MS,
    onFault: (err) => service.error({ err }, "the response store thread died"),
  });
  const expiredAt = (): number => Date.now() - settings.responseCacheTtlMs;
  return new ResponseStore({
    ...cache,
    client: new DatabaseClient<StoreTasks>({
      name: "response store",
      file,
      thread,
      openWith: () => ({ expiredAt: expiredAt() }),
      onSetAside: ({ name, reason }) =>
        service.warn(
          { file, name, reason },
          "the response cache's file could not be used: it is renamed",
        ),
      removes: "drop",
    }),
    expiredAt,
    removeFile: async () => {
      const paths = ["", "-wal", "-shm"].map((end) => file + end);
      await Promise.all(paths.map((path) => rm(path, { force: true })));
    },
    stopMs: stopMs(settings),
    report: {
      failed: (fault, err) =>
        service.error({ fault, file, err }, "the response cache is in memory only from now on"),
      losing: () =>
        service.warn({ file }, "the disk is too slow for the response cache: some is not kept"),
    },
  });
}

/** The store as a part of the service; nothing where there is none. */
export function storePart(store: ResponseStore | undefined, settings: Settings): Part[] {
  if (!store) return [];
  return [
    {
      name: "response store",
      start: () => store.start(),
      stop: () => store.stop(),
      stopDeadlineMs: stopMs(settings) + STOP_MARGIN_MS,
    },
  ];
}

function stopMs({ drainMs }: Settings): number {
  return Math.max(LEAST_STOP_MS, drainMs);
}
