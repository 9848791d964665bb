import { readdirSync } from "node:fs";
import { getPriority } from "node:os";
import { expect, it, onTestFinished } from "vitest";
import { entryUrl } from "../../../src/runtime/paths.ts";
import { openRequestThread } from "../../../workers/request-store/open-thread.ts";

const onLinux = process.platform === "linux";

function threads(): string[] {
  return onLinux ? readdirSync("/proc/self/task") : [];
}

it("lets others go first on the thread that reads records of requests", async () => {
  const before = new Set(threads());
  const thread = openRequestThread({
    entry: entryUrl("workers/request-store/main.ts"),
    onEnd: () => {},
  });
  onTestFinished(() => thread.end());
  // The file is not open: that is said, and nothing more is done.
  await thread.run(undefined, { name: "close", transferList: [] });
  const own = getPriority(process.pid);
  const steps = threads()
    .filter((id) => !before.has(id))
    .map((id) => getPriority(Number(id)) - own);
  expect(steps.includes(5)).toBe(onLinux);
  expect(getPriority(process.pid)).toBe(own);
});
