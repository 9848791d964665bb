import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { LogFile } from "../../src/logs/log-file.ts";
import { OutsideLogs } from "../../src/logs/outside-logs.ts";
import { until, within } from "../support/deadline.ts";
import { startService } from "../support/service.ts";

const PATIENCE_MS = 30_000;

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "logs-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The text of all files of a log, the oldest first. */
function allText(folder: string, name: string): string {
  const age = (file: string): number => Number(file.slice(name.length + 1) || 0);
  const files = readdirSync(folder).filter((file) => file.startsWith(name));
  return files
    .toSorted((a, b) => age(b) - age(a))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("");
}

const LIMIT_BYTES = 200_000;

describe("a log of the service that grows", () => {
  it("is set aside at its limit, and nothing is lost", async () => {
    const folder = makeFolder();
    const log = new LogFile({
      folder,
      name: "api.log",
      limitBytes: LIMIT_BYTES,
      onFault: (err) => expect.unreachable(err.message),
    });
    const lines = Array.from({ length: 8000 }, (_, i) => `line ${i} ${"x".repeat(100)}\n`);
    for (const line of lines) log.write(line);
    await log.close();
    expect(allText(folder, "api.log")).toBe(lines.join(""));
    const files = readdirSync(folder);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) {
      expect(statSync(join(folder, file)).mode & 0o777).toBe(0o600);
      // What is written in one piece stays in one file.
      expect(statSync(join(folder, file)).size).toBeLessThan(LIMIT_BYTES + 70_000);
    }
  });

  it("keeps five old files, and no more over several runs", async () => {
    const folder = makeFolder();
    for (let run = 0; run < 3; run++) {
      const log = new LogFile({ folder, name: "a.log", limitBytes: 70_000, onFault: () => {} });
      for (let i = 0; i < 3000; i++) log.write(`run ${run} line ${i} ${"x".repeat(100)}\n`);
      await log.close();
    }
    const names = ["a.log", "a.log.1", "a.log.2", "a.log.3", "a.log.4", "a.log.5"];
    expect(readdirSync(folder).toSorted()).toEqual(names);
    expect(allText(folder, "a.log")).toMatch(/run 2 line 2999 x+\n$/);
  });

  it.skipIf(process.platform !== "linux")(
    "on a full disk loses lines and nothing else",
    async () => {
      const folder = makeFolder();
      const faults: Error[] = [];
      // The folder's files are there and cannot be added to.
      symlinkSync("/dev/full", join(folder, "api.log"));
      const log = new LogFile({ folder, name: "api.log", onFault: (err) => faults.push(err) });
      for (let i = 0; i < 100; i++) log.write(`${"x".repeat(70_000)}\n`);
      await within(log.close(), "the log is closed");
      await until(() => faults.length > 0, "the fault is told");
      expect(faults).toHaveLength(1);
    },
  );
});

/** A program that appends numbered lines to a file that it holds open, as a child's output does. */
async function writesTo(path: string, lines: number): Promise<void> {
  const program = `
    const { openSync, writeSync } = require("node:fs");
    const log = openSync(process.argv[1], "a");
    for (let i = 0; i < ${lines}; i++) writeSync(log, "line " + i + " " + "x".repeat(100) + "\\n");
  `;
  const child = spawn(process.execPath, ["-e", program, path], { stdio: "inherit" });
  await within(once(child, "exit"), "the end of what writes", PATIENCE_MS);
}

describe("a log that a child holds open", () => {
  it("is set aside while it is written to: the child goes on in the same file", async () => {
    const folder = makeFolder();
    const path = join(folder, "ollama.log");
    const faults: unknown[] = [];
    const logs = new OutsideLogs({
      paths: [path, join(folder, "is-not-there.log")],
      onFault: (err) => faults.push(err),
      limitBytes: LIMIT_BYTES,
      everyMs: 1_000_000,
    });
    onTestFinished(() => logs.stop());
    for (let round = 0; round < 8; round++) {
      await writesTo(path, 2000);
      await logs.rotate();
      expect(statSync(path).size).toBe(0);
      expect(readFileSync(`${path}.1`, "utf8")).toMatch(/^line 0 x+\n[^]*line 1999 x+\n$/);
    }
    expect(readdirSync(folder)).toHaveLength(6);
    expect(statSync(`${path}.1`).mode & 0o777).toBe(0o600);
    expect(faults).toEqual([]);
  }, 60_000);

  it("stays small under a program that writes all the time, without anybody asking", async () => {
    const folder = makeFolder();
    const path = join(folder, "ollama.log");
    writeFileSync(path, "");
    const logs = new OutsideLogs({
      paths: [path],
      onFault: () => {},
      limitBytes: LIMIT_BYTES,
      everyMs: 5,
    });
    onTestFinished(() => logs.stop());
    const writing = writesTo(path, 40_000);
    await until(() => readdirSync(folder).length > 2, "it is set aside twice", PATIENCE_MS);
    await writing;
    await until(() => statSync(path).size <= LIMIT_BYTES, "it is small at the end", PATIENCE_MS);
    for (const file of readdirSync(folder)) {
      // No hole is left where it was cut.
      expect(readFileSync(join(folder, file)).includes(0)).toBe(false);
    }
  }, 60_000);

  it("of which only the end fits keeps the end", async () => {
    const folder = makeFolder();
    const path = join(folder, "ollama.log");
    writeFileSync(path, `${"old\n".repeat(1_000_000)}the end\n`);
    const logs = new OutsideLogs({ paths: [path], onFault: () => {}, limitBytes: LIMIT_BYTES });
    onTestFinished(() => logs.stop());
    await logs.rotate();
    const kept = readFileSync(`${path}.1`, "utf8");
    expect(kept).toMatch(/the end\n$/);
    expect(kept.length).toBe(2 * LIMIT_BYTES);
  });
});

describe("an inference server that is away", () => {
  it("is a line a second in the log, however many requests are refused", async () => {
    const { gateway, ollama } = await startService({ RATE_LIMIT_ENABLED: "false" });
    await ollama.stop();
    const paths = ["/api/chat", "/v1/chat/completions", "/api/v1/chat", "/api/v1/models"];
    const requests = 400;
    const startedAt = performance.now();
    for (let i = 0; i < requests; i++) {
      const path = paths[i % paths.length] ?? "";
      const body = { model: "fake", messages: [{ role: "user", content: "hi" }] };
      const answer = await (path.endsWith("models") ? gateway.get(path) : gateway.post(path, body));
      expect(answer.status).toBe(503);
      await answer.text();
    }
    const tookSec = (performance.now() - startedAt) / 1000;
    const path = join(gateway.home, "logs", "api.error.log");
    // The file is there from its first line on.
    const lines = (): Record<string, unknown>[] =>
      (existsSync(path) ? readFileSync(path, "utf8") : "")
        .split("\n")
        .flatMap((line) => (line ? [JSON.parse(line) as Record<string, unknown>] : []));
    const counted = (): number =>
      lines().reduce((sum, { refused }) => sum + (typeof refused === "number" ? refused : 0), 0);
    await until(() => counted() === requests, "all of them are counted", PATIENCE_MS);
    const refusals = lines().filter(({ msg }) => msg === "requests refused");
    expect(refusals.length).toBeLessThanOrEqual(tookSec + 2);
    expect(JSON.stringify(lines())).not.toContain('"stack"');
  }, 60_000);
});
