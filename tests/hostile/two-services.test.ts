import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { HomeLock } from "../../src/runtime/home-lock.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

const PATIENCE_MS = 40_000;

/** A lock in this process; what it says is kept. */
function lockOf(home: string) {
  const said: string[] = [];
  const homeLock = new HomeLock({ home, say: (line) => void said.push(line) });
  return { said, note: homeLock.note(() => 8123, "127.0.0.1"), lock: homeLock.lock };
}

describe("a folder that a service has", () => {
  it("is refused to a second one, which says who has it, until the first is gone", async () => {
    const home = await makeHome();
    const env = { OLLAMA_BASE_URL: (await startFakeOllama()).url };
    const first = startServiceProcess({ home, env });
    await first.said("Listening on", PATIENCE_MS);
    const port = new URL(first.url).port;
    const refused =
      `${home} is in use by another service (process ${first.pid}, port ${port}): ` +
      "end that, or choose another folder with SHARED_OLLAMA_HOME\n";

    const second = startServiceProcess({ home, env });
    await second.endsWith(1, PATIENCE_MS);
    expect(second.stderr).toBe(refused);
    expect((await first.get("/api/v1/ready")).status).toBe(200);

    // A crash leaves the lock's file and the note, and no lock.
    first.signal("SIGKILL");
    await first.exited();
    expect(existsSync(join(home, "data", "service.json"))).toBe(true);
    const third = startServiceProcess({ home, env });
    await third.said("Listening on", PATIENCE_MS);
    third.signal("SIGTERM");
    await third.endsWith(0, PATIENCE_MS);
    expect(existsSync(join(home, "data", "service.json"))).toBe(false);
  }, 150_000);

  it("has the lock also within one process, and gives it back when it stops", async () => {
    const home = await makeHome();
    const first = lockOf(home);
    await first.lock.start?.();
    await first.note.start?.();
    const second = lockOf(home);
    for (let i = 0; i < 3; i++) {
      await expect(second.lock.start?.()).rejects.toThrow(
        `${home} is in use by another service (process ${process.pid}, port 8123)`,
      );
      await second.lock.stop();
    }
    await first.note.stop();
    await first.lock.stop();
    await second.lock.start?.();
    await second.lock.stop();
    expect([...first.said, ...second.said]).toEqual([]);
    expect(readFileSync(join(home, "data", "service.lock"), "utf8")).toBe("");
    expect(statSync(join(home, "data", "service.lock")).mode & 0o777).toBe(0o600);
  });

  it("gives the lock back also where its note cannot be removed", async () => {
    const home = await makeHome();
    const note = join(home, "data", "service.json");
    const first = lockOf(home);
    await first.lock.start?.();
    rmSync(note);
    mkdirSync(note);
    expect(() => first.lock.stop()).toThrow(/service\.json/);
    rmdirSync(note);
    const second = lockOf(home);
    await second.lock.start?.();
    await second.lock.stop();
  });

  it("has it whatever the length of its path", async () => {
    const home = join(await makeHome(), "a".repeat(120), "b".repeat(120));
    const first = lockOf(home);
    await first.lock.start?.();
    await expect(lockOf(home).lock.start?.()).rejects.toThrow("is in use by another service");
    await first.lock.stop();
  });

  it("names nobody where the note cannot be read", async () => {
    const home = await makeHome();
    const first = lockOf(home);
    await first.lock.start?.();
    writeFileSync(join(home, "data", "service.json"), "{");
    await expect(lockOf(home).lock.start?.()).rejects.toThrow("by another service: end that");
    await first.lock.stop();
  });

  it("is used without a lock where none can be had, with a word about it", async () => {
    const home = await makeHome();
    mkdirSync(join(home, "data", "service.lock"), { recursive: true });
    const { lock, note, said } = lockOf(home);
    await lock.start?.();
    await note.start?.();
    expect(said).toEqual([
      expect.stringContaining(`${home} is not locked against a second service: `),
    ]);
    await note.stop();
    await lock.stop();
  });
});
