import { expect, it } from "vitest";
import { RecordReader } from "../../../../src/requests/store/record-reader.ts";
import { deferred, type Deferred } from "../../../../src/runtime/deferred.ts";
import type { StoredRequest } from "../../../../workers/request-store/protocol.ts";
import { fakeClient } from "../../../support/fake-client.ts";

const WINDOW = { fromMs: 0, toMs: 1 };

/** A reader of a store that answers when the test says, and what it was asked. */
function setUp() {
  const asked: { by: string; answer: Deferred<string> }[] = [];
  const pages: string[] = [];
  const lists: unknown[] = [];
  let ended = 0;
  const reader = new RecordReader({
    figures: ({ project = "" }) => {
      const answer = deferred<string>();
      asked.push({ by: project, answer });
      return answer.promise;
    },
    // oxlint-disable-next-line require-yield -- nobody asks for usage here
    usage: async function* () {
      throw new Error("not asked for");
    },
    rows: async (query) => {
      lists.push(query);
      return [];
    },
    one: async (id) => void lists.push(id),
    all: async function* ({ project = "" }) {
      try {
        for (let page = 1; page <= 3; page += 1) {
          pages.push(`${project} ${page}`);
          yield [] as StoredRequest[];
        }
      } finally {
        ended += 1;
      }
    },
  });
  const ask = (tenant: string, client = fakeClient()): Promise<unknown> =>
    reader.figures(
      { ...WINDOW, body: "metrics", project: tenant },
      { tenant, signal: client.signal },
    );
  return { reader, asked, pages, lists, ask, ended: () => ended };
}

const NONE = "{}";

it("asks for one thing at a time, tenants in turn", async () => {
  const { asked, ask } = setUp();
  const all = [ask("eager"), ask("eager"), ask("eager"), ask("late")];
  for (const by of ["eager", "eager", "late", "eager"]) {
    expect(asked.at(-1)?.by).toBe(by);
    const before = asked.length;
    asked.at(-1)?.answer.resolve(NONE);
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked.length).toBeLessThanOrEqual(before + 1);
  }
  await Promise.all(all);
  expect(asked).toHaveLength(4);
});

it("asks nothing for a client that has left while it waited", async () => {
  const { asked, ask } = setUp();
  const first = ask("acme");
  const client = fakeClient();
  const second = ask("acme", client);
  client.leave();
  await expect(second).rejects.toThrow();
  asked[0]?.answer.resolve(NONE);
  await first;
  await ask("acme", client).catch(() => {});
  expect(asked).toHaveLength(1);
  expect(client.listeners()).toBe(0);
});

it("lets others in between the pages of a file", async () => {
  const { reader, asked, pages, ask } = setUp();
  const file = reader.all({ project: "a" }, { tenant: "a", signal: fakeClient().signal });
  await file.next();
  const figures = ask("b");
  const page = file.next();
  expect(asked).toHaveLength(1);
  expect(pages).toEqual(["a 1"]);
  asked[0]?.answer.resolve(NONE);
  await figures;
  await page;
  expect(pages).toEqual(["a 1", "a 2"]);
});

it("lists when its turn has come: to look through all records takes long", async () => {
  const { reader, asked, lists, ask } = setUp();
  const figures = ask("a");
  const caller = { tenant: "b", signal: fakeClient().signal };
  const query = { tenant: "b", order: "newest" as const, limit: 1 };
  const read = [reader.rows(query, caller), reader.one("1", caller)];
  await new Promise((resolve) => setImmediate(resolve));
  expect(lists).toEqual([]);
  asked[0]?.answer.resolve(NONE);
  await Promise.all([figures, ...read]);
  expect(lists).toEqual([query, "1"]);
});

it("ends what it reads when its reader leaves, or fails", async () => {
  const { reader, pages, ended } = setUp();
  const client = fakeClient();
  const left = reader.all({ project: "a" }, { tenant: "a", signal: client.signal });
  await left.next();
  await left.return(undefined);
  expect(ended()).toBe(1);
  const gone = reader.all({ project: "b" }, { tenant: "b", signal: client.signal });
  await gone.next();
  client.leave();
  await expect(gone.next()).rejects.toThrow();
  expect(ended()).toBe(2);
  expect(pages).toEqual(["a 1", "b 1"]);
});
