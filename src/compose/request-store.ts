import { join } from "node:path";
import type { Settings } from "../../config/schema.ts";
import { DatabaseClient } from "../../workers/database/client.ts";
import type { Limits, RequestTasks } from "../../workers/request-store/protocol.ts";
import type { ThreadParts } from "../../workers/thread-parts.ts";
import { RequestStore } from "../requests/store/request-store.ts";
import type { Part } from "../runtime/lifecycle.ts";
import type { Base } from "./base.ts";

/** How much is kept; docs/privacy.md says so. */
const LIMITS: Limits = {
  rowDays: 30,
  rollUpDays: 365,
  maxBytes: 500 * 1_000_000,
  exactRows: 50_000,
};

const STOP_MS = 5000;
const STOP_MARGIN_MS = 3000;

/** Builds what keeps the records of requests, if they are to be kept. */
export function composeRequestStore(
  { settings, home, logs }: StoreParts,
  thread: ThreadParts,
): RequestStore | undefined {
  if (!settings.requestLogEnabled) return undefined;
  const { service } = logs;
  const file = join(home, "data", "requests.db");
  return new RequestStore({
    client: new DatabaseClient<RequestTasks>({
      name: "request store",
      file,
      thread: thread.part(),
      openWith: () => ({ limits: LIMITS }),
      onSetAside: ({ name, reason }) =>
        service.warn(
          { file, name, reason },
          reason === "newer"
            ? "the file of request records is of a later version: it is renamed, and a new one is begun"
            : "the file of request records is damaged: it is renamed, and a new one is begun",
        ),
      removes: "forget",
    }),
    stopMs: STOP_MS,
    report: {
      failed: (fault, err) =>
        service.error({ fault, file, err }, "records of requests are not stored from now on"),
      waiting: (fault) =>
        service.warn({ fault, file }, "records of requests cannot be stored now: they wait"),
      writing: () => service.info({ file }, "records of requests are stored again"),
      losing: () =>
        service.warn({ file }, "too many records of requests wait: some are not stored"),
      lost: (records) => service.warn({ file, records }, "records of requests were not stored"),
    },
  });
}

interface StoreParts extends Pick<Base, "home" | "logs"> {
  settings: Pick<Settings, "requestLogEnabled">;
}

/** The store as a part of the service; nothing where there is none. */
export function requestStorePart(store: RequestStore | undefined): Part[] {
  if (!store) return [];
  return [
    {
      name: "request store",
      start: () => store.start(),
      stop: () => store.stop(),
      stopDeadlineMs: STOP_MS + STOP_MARGIN_MS,
    },
  ];
}
