import { expect, it } from "vitest";
import { PullProgress } from "../../../../src/models/provision/pull-progress.ts";

const part = (name: string, total: number, completed?: number) => ({
  status: `pulling ${name}`,
  digest: name,
  total,
  ...(completed === undefined ? {} : { completed }),
});

it("is the sum of the parts, as they show", () => {
  const progress = new PullProgress();
  expect(progress.read({ status: "pulling manifest" })).toBe(false);
  expect(progress.read(part("a", 90))).toBe(true);
  expect(progress.tenths).toBe(0);
  progress.read(part("a", 90, 89));
  expect([progress.completedBytes, progress.totalBytes, progress.tenths]).toEqual([89, 90, 9]);
  progress.read(part("b", 10, 0));
  expect([progress.completedBytes, progress.totalBytes, progress.tenths]).toEqual([89, 100, 8]);
  progress.read(part("a", 90, 90));
  progress.read(part("b", 10, 10));
  expect([progress.completedBytes, progress.totalBytes, progress.tenths]).toEqual([100, 100, 10]);
});

it("says whether a line has told anything new", () => {
  const progress = new PullProgress();
  expect(progress.read(part("a", 90, 5))).toBe(true);
  expect(progress.read(part("a", 90, 5))).toBe(false);
  expect(progress.read({ status: "verifying", digest: "a" })).toBe(false);
});

it("takes a part of nothing", () => {
  const progress = new PullProgress();
  progress.read(part("a", 0, 0));
  expect(progress.tenths).toBe(10);
});

it("holds a bounded number of parts, whatever a server sends", () => {
  const progress = new PullProgress();
  for (let i = 0; i < 5000; i += 1) progress.read(part(String(i), 1, 1));
  expect(progress.totalBytes).toBe(1024);
  expect(progress.read(part("0", 1, 0))).toBe(true);
});
