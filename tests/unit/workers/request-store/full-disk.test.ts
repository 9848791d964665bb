import { randomUUID } from "node:crypto";
import { join } from "node:path";
import Libsql from "libsql";
import { expect, it } from "vitest";
import { prepareFile } from "../../../../workers/database/database-file.ts";
import { RequestDatabase } from "../../../../workers/request-store/request-database.ts";
import { endedOf } from "../../../support/ended-requests.ts";
import { makeHome } from "../../../support/service-process.ts";

const LIMITS = { rowDays: 30, rollUpDays: 365, maxBytes: 500e6, exactRows: 50_000 };

it("a batch that a full disk has stopped has its own names when it is written again", async () => {
  const connections: Libsql.Database[] = [];
  class Watched extends Libsql {
    constructor(...given: ConstructorParameters<typeof Libsql>) {
      super(...given);
      connections.push(this);
    }
  }
  const file = join(await makeHome(), "data", "requests.db");
  prepareFile(file);
  const database = new RequestDatabase(Watched as typeof Libsql, file, LIMITS);
  const [connection] = connections;
  if (!connection) throw new Error("no connection was opened");
  const figure = (pragma: string): number => {
    const [row] = connection.pragma(pragma) as Record<string, number>[];
    return row?.[pragma] ?? 0;
  };
  // Long names are what fills the disk.
  const requests = Array.from({ length: 60 }, (_, i) =>
    endedOf({ model: `model-${i}-${"x".repeat(400)}`, project: `p${i}`, tenant: `p${i}` }),
  );
  const batch = { run: randomUUID(), batch: 1, json: JSON.stringify(requests) };
  for (let room = 0; ; room += 1) {
    connection.pragma(`max_page_count = ${figure("page_count") + room}`);
    try {
      database.write(batch);
      break;
    } catch (err) {
      expect(err).toHaveProperty("code", "SQLITE_FULL");
    }
  }
  const stored = database.rows({ order: "oldest", limit: 500 });
  database.close();
  expect(stored.map(({ model, project, tenant }) => [model, project, tenant])).toEqual(
    requests.map(({ model, project, tenant }) => [model, project, tenant]),
  );
});
