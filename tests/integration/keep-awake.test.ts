import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { entryUrl, modelsFile } from "../../src/runtime/paths.ts";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { endsWithTest, isAlive } from "../support/fake-server-program.ts";
import { serviceLog, startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

/**
 * A program named `caffeinate` that notes its number and its arguments, and runs as long as the
 * process that it is told of.
 */
async function fakeCaffeinate(folder: string): Promise<() => Promise<string[]>> {
  const starts = join(folder, "starts");
  const program = join(folder, "caffeinate");
  const waits = 'while kill -0 "$3" 2>/dev/null; do sleep 0.05; done';
  await writeFile(program, `#!/bin/sh\necho "$$ $@" >> '${starts}'\n${waits}\n`);
  await chmod(program, 0o755);
  return async () => {
    const lines = (await readFile(starts, "utf8").catch(() => "")).split("\n").filter(Boolean);
    for (const line of lines) endsWithTest(Number.parseInt(line, 10));
    return lines;
  };
}

/** A service that takes itself to be on a Mac. */
async function onMac(env: Record<string, string> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-caffeinate-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  ollama.inMemory.push("fake:latest");
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: ollama.url, ...env },
    { PATH: `${folder}:${process.env["PATH"]}` },
    { platform: "darwin" },
  );
  return { folder, gateway, ollama };
}

const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: false };

describe("on a Mac", () => {
  it.each([
    ["inference", "/api/chat", "/api/v1/chat", BODY],
    ["a passed-through request", "/api/chat", "/api/chat", BODY],
    ["a download", "/api/pull", "/api/v1/models/pull", { model: "other", stream: false }],
  ])("%s keeps the machine awake until the service ends", async (_what, at, path, body) => {
    const { folder, gateway, ollama } = await onMac();
    const starts = await fakeCaffeinate(folder);
    const held = new HeldAnswers(ollama, at);
    expect((await gateway.get("/api/v1/health")).status).toBe(200);
    const asked = gateway.post(path, body);
    const one = await held.next();
    await until(async () => (await starts()).length === 1, "the program is started");
    const [line = ""] = await starts();
    const pid = Number.parseInt(line, 10);
    expect(line).toBe(`${pid} -i -w ${process.pid}`);
    one.json({ status: "success", model: "fake", message: { content: "a" }, done: true });
    await (await asked).text();
    expect(isAlive(pid), "it goes on for some seconds").toBe(true);
    await gateway.stop();
    await until(() => !isAlive(pid), "it ends");
  });

  it("the machine may sleep again when the service was killed", async () => {
    const folder = await makeHome();
    const starts = await fakeCaffeinate(folder);
    const ollama = await startFakeOllama({ models: ["fake:latest"] });
    ollama.inMemory.push("fake:latest");
    const held = new HeldAnswers(ollama, "/api/chat");
    const service = startServiceProcess({
      home: folder,
      program: join(import.meta.dirname, "../support/service-in-short.mjs"),
      args: [entryUrl("src/compose.ts"), entryUrl("config/load.ts"), modelsFile, "10000", "darwin"],
      env: { OLLAMA_BASE_URL: ollama.url, PATH: `${folder}:${process.env["PATH"]}` },
    });
    await service.listening();
    const asked = service.post("/api/v1/chat", BODY).catch(() => undefined);
    await held.next();
    await until(async () => (await starts()).length === 1, "the program is started");
    const pid = Number.parseInt((await starts())[0] ?? "", 10);
    service.signal("SIGKILL");
    await until(() => !isAlive(pid), "it ends with the service");
    await asked;
  });

  it("nothing is started for who only looks, nor where that is switched off", async () => {
    const { folder, gateway, ollama } = await onMac({ KEEP_AWAKE: "off" });
    const starts = await fakeCaffeinate(folder);
    const held = new HeldAnswers(ollama, "/api/chat");
    const other = await onMac();
    const otherStarts = await fakeCaffeinate(other.folder);
    const client = new AbortController();
    const follows = await other.gateway.get("/api/v1/events", { signal: client.signal });
    const asked = gateway.post("/api/v1/chat", BODY);
    const one = await held.next();
    // Longer than it takes to look.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect([await starts(), await otherStarts()]).toEqual([[], []]);
    one.json({ model: "fake", message: { content: "a" }, done: true });
    await (await asked).text();
    client.abort();
    await follows.text().catch(() => {});
  });

  it("a program that fails is told of once, and no request minds", async () => {
    const { folder, gateway, ollama } = await onMac();
    await writeFile(join(folder, "caffeinate"), "#!/bin/sh\nexit 2\n");
    await chmod(join(folder, "caffeinate"), 0o755);
    const held = new HeldAnswers(ollama, "/api/chat");
    const asked = gateway.post("/api/v1/chat", BODY);
    const one = await held.next();
    const told = async (): Promise<number> =>
      (await serviceLog(gateway)).split("may fall asleep while requests run").length - 1;
    await until(async () => (await told()) === 1, "it is told");
    one.json({ model: "fake", message: { content: "a" }, done: true });
    expect((await asked).status).toBe(200);
    expect(await told()).toBe(1);
  });
});
