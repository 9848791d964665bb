import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Driver from "libsql";
import type { EndedRequest } from "../../src/requests/ended-request.ts";
import { prepareFile } from "../../workers/database/database-file.ts";
import { RequestDatabase } from "../../workers/request-store/request-database.ts";
import type { StoredRequest } from "../../workers/request-store/protocol.ts";

const BATCH_ROWS = 1000;
const LIMITS = { rowDays: 30, rollUpDays: 365, maxBytes: 500e6, exactRows: 50_000 };

/** Where a service keeps its requests. */
export function requestFile(home: string): string {
  return join(home, "data", "requests.db");
}

/** Puts requests into a service's file, which the service has open. */
export function storeRequests(home: string, requests: readonly EndedRequest[]): void {
  const database = new RequestDatabase(Driver, requestFile(home), LIMITS);
  try {
    const run = randomUUID();
    for (let batch = 1, from = 0; from < requests.length; batch += 1, from += BATCH_ROWS) {
      const json = JSON.stringify(requests.slice(from, from + BATCH_ROWS));
      database.write({ run, batch, json });
    }
  } finally {
    closed(database);
  }
}

/** All requests in a service's file, the oldest first. The service may have it open. */
export function storedRequests(home: string): StoredRequest[] {
  const file = requestFile(home);
  prepareFile(file);
  const database = new RequestDatabase(Driver, file, LIMITS);
  try {
    const all: StoredRequest[] = [];
    for (let after = 0; ; after = all.at(-1)?.number ?? 0) {
      const page = database.rows({ order: "oldest", limit: 500, after });
      if (page.length === 0) return all;
      all.push(...page);
    }
  } finally {
    closed(database);
  }
}

function closed(database: RequestDatabase): void {
  try {
    database.close();
  } catch {
    // Where the service has it open, its log cannot be emptied.
  }
}
