import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Driver from "libsql";
import { onTestFinished } from "vitest";
import type { EndedRequest } from "../../../../src/requests/ended-request.ts";
import { prepareFile } from "../../../../workers/database/database-file.ts";
import type { Limits, StoredRequest } from "../../../../workers/request-store/protocol.ts";
import { RequestDatabase } from "../../../../workers/request-store/request-database.ts";
import { makeHome } from "../../../support/service-process.ts";

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

const LIMITS: Limits = { rowDays: 30, rollUpDays: 365, maxBytes: 500e6, exactRows: 50_000 };

/** A database in a file of its own; it goes with the test. */
export async function openDatabase({ file, ...limits }: Partial<Limits> & { file?: string } = {}) {
  const path = file ?? join(await makeHome(), "data", "requests.db");
  prepareFile(path);
  const database = new RequestDatabase(Driver, path, { ...LIMITS, ...limits });
  onTestFinished(() => {
    try {
      database.close();
    } catch {
      // A test has closed it.
    }
  });
  const run = randomUUID();
  let batch = 0;
  return {
    database,
    file: path,
    write: (...requests: EndedRequest[]): void => {
      batch += 1;
      database.write({ run, batch, json: JSON.stringify(requests) });
    },
    /** All work that is due. */
    tend: (nowMs: number): void => {
      while (database.tend(nowMs));
    },
    all: (): StoredRequest[] => database.rows({ order: "oldest", limit: 500 }),
  };
}

/** As it comes back: without what JSON leaves out. */
export const plain = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;
