import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LogFile } from "../../../src/logs/log-file.ts";

function setUp({ folder = "logs" }: { folder?: string } = {}) {
  const home = mkdtempSync(join(tmpdir(), "log-file-"));
  onTestFinished(() => rmSync(home, { recursive: true, force: true }));
  const faults: Error[] = [];
  const path = join(home, folder);
  const open = () =>
    new LogFile({
      folder: path,
      name: "api.log",
      onFault: (err) => faults.push(err),
      retryMs: 0,
    });
  return { home, path, faults, open, read: () => readFileSync(join(path, "api.log"), "utf8") };
}

describe("LogFile", () => {
  it("keeps lines in order, and has them all on the disk when it is closed", async () => {
    const { open, read, faults } = setUp();
    const log = open();
    const lines = Array.from({ length: 5000 }, (_, i) => `line ${i} ${"x".repeat(40)}\n`);
    for (const line of lines) log.write(line);
    await log.close();
    expect(read()).toBe(lines.join(""));
    expect(faults).toEqual([]);
  });

  it("adds to what an earlier run wrote", async () => {
    const { open, read } = setUp();
    for (const text of ["one\n", "two\n"]) {
      const log = open();
      log.write(text);
      await log.close();
    }
    expect(read()).toBe("one\ntwo\n");
  });

  it.skipIf(process.platform === "win32")("lets nobody else read it", async () => {
    const { open, path } = setUp();
    const log = open();
    log.write("x\n");
    await log.close();
    expect(statSync(join(path, "api.log")).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it("says once that its folder cannot be written, and lets the service go on", async () => {
    const { home, open, faults } = setUp({ folder: "blocked/logs" });
    writeFileSync(join(home, "blocked"), "a file where a folder should be");
    const log = open();
    for (let i = 0; i < 3; i++) log.write(`${"x".repeat(70_000)}\n`);
    await log.close();
    expect(faults).toHaveLength(1);
  });

  it("writes again once the fault is over", async () => {
    const { home, open, faults, read } = setUp({ folder: "blocked/logs" });
    const blocked = join(home, "blocked");
    writeFileSync(blocked, "a file where a folder should be");
    const log = open();
    log.write(`${"lost".repeat(20_000)}\n`);
    rmSync(blocked);
    const long = `${"kept".repeat(20_000)}\n`;
    log.write(long);
    await log.close();
    expect(read()).toContain(long);
    expect(faults).toHaveLength(1);
  });
});
