import { chmod, mkdtemp, readFile, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { ChatHistory } from "../../../src/cli/chat/chat-history.ts";

describe("what was typed in chats", () => {
  it("is kept in a file that only its owner may read, the newest first", async () => {
    const path = await historyPath();
    const history = new ChatHistory({ path });
    expect(await history.read()).toEqual([]);
    for (const line of ["one", "two", "two", " "]) history.add(line);
    await history.save();
    expect(await new ChatHistory({ path }).read()).toEqual(["two", "one"]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(dirname(path))).mode & 0o777).toBe(0o700);
    expect(await readdir(dirname(path))).toEqual(["chat-history"]);
  });

  it("is what two chats at a time have added", async () => {
    const path = await historyPath();
    const [a, b] = [new ChatHistory({ path }), new ChatHistory({ path })];
    a.add("of a");
    b.add("of b");
    await a.save();
    await b.save();
    expect(await readFile(path, "utf8")).toBe("of a\nof b\n");
  });

  it("is a thousand lines at most, and none of them endless", async () => {
    const path = await historyPath();
    const history = new ChatHistory({ path });
    for (let line = 1; line <= 1500; line += 1) history.add(String(line));
    history.add("x".repeat(10_001));
    await history.save();
    const lines = await history.read();
    expect(lines).toHaveLength(1000);
    expect(lines[0]).toBe("1500");
  });

  it("is closed to others where a file was open to them", async () => {
    const path = await historyPath();
    const history = new ChatHistory({ path });
    history.add("first");
    await history.save();
    await chmod(path, 0o644);
    await new ChatHistory({ path }).read();
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  it("leaves nothing behind where it cannot be written", async () => {
    const path = await historyPath();
    await writeFile(dirname(path), "a file where the folder should be");
    const history = new ChatHistory({ path });
    history.add("one");
    await expect(history.save()).rejects.toThrow();
    expect(await readdir(dirname(dirname(path)))).toEqual(["folder"]);
  });
});

async function historyPath(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "shared-ollama-history-"));
  onTestFinished(() => rm(root, { recursive: true, force: true }));
  return join(root, "folder", "chat-history");
}
