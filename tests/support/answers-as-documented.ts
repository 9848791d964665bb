import { afterAll, afterEach } from "vitest";
import { within } from "./deadline.ts";
import { documentedAnswers } from "./documented-answers.ts";
import { watchedFetch } from "./watched-fetch.ts";

/**
 * Every answer of `/api/v1` that a test gets with `fetch`, its own or a client library's, is as
 * docs/openapi.json says; else the test fails. Raw sockets and paths that pass through are not looked
 * at. This runs once for each test file, in a process that several of them share.
 */
const differences = new Set<string>();
const pending = new Set<Promise<void>>();

const plain = globalThis.fetch;
globalThis.fetch = watchedFetch(plain, {
  check: (head) => documentedAnswers().check(head),
  onDifference: (what) => void differences.add(what),
  onPending: (read) => {
    pending.add(read);
    void read.finally(() => pending.delete(read));
  },
});

async function failOnDifferences(): Promise<void> {
  await within(Promise.all(pending), "answers to be read that are looked at");
  const found = [...differences];
  differences.clear();
  if (found.length === 0) return;
  throw new Error(`not as docs/openapi.json has it:\n${found.join("\n")}`);
}

afterEach(failOnDifferences);
afterAll(async () => {
  globalThis.fetch = plain;
  await failOnDifferences();
});
