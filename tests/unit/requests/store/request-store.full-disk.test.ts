import { join } from "node:path";
import Libsql from "libsql";
import { expect, it, onTestFinished } from "vitest";
import { RequestStore } from "../../../../src/requests/store/request-store.ts";
import { DatabaseClient } from "../../../../workers/database/client.ts";
import { DatabaseOwner } from "../../../../workers/database/owner.ts";
import type { RequestTasks } from "../../../../workers/request-store/protocol.ts";
import { RequestDatabase } from "../../../../workers/request-store/request-database.ts";
import { until } from "../../../support/deadline.ts";
import { endedOf } from "../../../support/ended-requests.ts";
import { makeHome } from "../../../support/service-process.ts";

const LIMITS = { rowDays: 30, rollUpDays: 365, maxBytes: 500e6, exactRows: 50_000 };

type Input<K extends keyof RequestTasks> = RequestTasks[K]["input"];

/** A store on a real file whose size a test may bound; its thread is the test's own. */
async function startStore() {
  const connections: Libsql.Database[] = [];
  class Watched extends Libsql {
    constructor(...given: ConstructorParameters<typeof Libsql>) {
      super(...given);
      connections.push(this);
    }
  }
  const owner = new DatabaseOwner<RequestDatabase>();
  const tasks = {
    open: (input: Input<"open">) =>
      owner.open(
        input,
        (_Driver, file) => new RequestDatabase(Watched as typeof Libsql, file, LIMITS),
      ),
    write: (batch: Input<"write">) => owner.do((db) => db.write(batch)),
    tend: ({ nowMs }: Input<"tend">) => owner.attempt((db) => ({ ok: true, more: db.tend(nowMs) })),
    rows: (query: Input<"rows">) => owner.attempt((db) => ({ ok: true, rows: db.rows(query) })),
    close: () => owner.close(),
  };
  const run = async (name: keyof typeof tasks, input: never): Promise<unknown> =>
    tasks[name](input);
  const told: string[] = [];
  const store = new RequestStore({
    client: new DatabaseClient<RequestTasks>({
      name: "request store",
      file: join(await makeHome(), "data", "requests.db"),
      thread: { run: run as never, destroy: async () => {} },
      openWith: () => ({ limits: LIMITS }),
      onSetAside: () => void told.push("set aside"),
      removes: "forget",
    }),
    stopMs: 2000,
    report: {
      failed: (fault) => void told.push(`failed: ${fault}`),
      waiting: (fault) => void told.push(`waiting: ${fault}`),
      writing: () => void told.push("writing"),
      losing: () => void told.push("losing"),
      lost: (count) => void told.push(`lost: ${count}`),
    },
  });
  onTestFinished(() => store.stop());
  store.start();
  /** The most pages that the file may have; undefined: as many as there are now. */
  const bound = (pages?: number): void => {
    for (const connection of connections) {
      const [row] = connection.pragma("page_count") as { page_count: number }[];
      connection.pragma(`max_page_count = ${pages ?? row?.page_count}`);
    }
  };
  return { store, told, bound };
}

it("a full disk is waited for, what was kept is read meanwhile, and nothing is lost or twice", async () => {
  const { store, told, bound } = await startStore();
  const first = endedOf();
  store.add(first);
  const ids = async (): Promise<string[]> =>
    (await store.rows({ order: "oldest", limit: 500 })).map(({ id }) => id);
  expect(await ids()).toEqual([first.id]);
  bound();
  const more = Array.from({ length: 400 }, (_, i) => endedOf({ model: `m${i}` }));
  for (const request of more) store.add(request);
  await until(() => told.includes("waiting: full"), "the disk is found to be full");
  expect(store.stats()).toMatchObject({ state: "waiting", reason: "full", pending: 400 });
  expect(await ids()).toEqual([first.id]);
  bound(1_000_000);
  await until(() => store.stats().pending === 0, "all are written");
  expect(await ids()).toEqual([first, ...more].map(({ id }) => id));
  expect(told).toEqual(["waiting: full", "writing"]);
});
