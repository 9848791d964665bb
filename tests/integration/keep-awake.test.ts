import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { entryUrl, modelsFile } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { countedSpawn, fakeCaffeinate } from "../support/fake-caffeinate.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { isAlive } from "../support/fake-server-program.ts";
import { serviceLog, startGateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

/** So often it looks whether there is work. */
const LOOK_MS = 1000;

/** A service that takes itself to be on a Mac, with a program to keep that awake. */
async function onMac({ env = {}, body }: { env?: Record<string, string>; body?: string } = {}) {
  const { path, starts } = await fakeCaffeinate(body);
  const { attempts, spawn } = countedSpawn();
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  ollama.inMemory.push("fake:latest");
  const gateway = await startGateway(
    { OLLAMA_BASE_URL: ollama.url, ...env },
    { PATH: path },
    { platform: "darwin", spawn },
  );
  return { starts, attempts, gateway, ollama };
}

const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: false };

describe("on a Mac", () => {
  it.each([
    ["inference", "/api/chat", "/api/v1/chat", BODY],
    ["a passed-through request", "/api/chat", "/api/chat", BODY],
    ["a download", "/api/pull", "/api/v1/models/pull", { model: "other", stream: false }],
  ])("%s keeps the machine awake until the service ends", async (_what, at, path, body) => {
    const { starts, gateway, ollama } = await onMac();
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
    const { path, starts } = await fakeCaffeinate();
    const ollama = await startFakeOllama({ models: ["fake:latest"] });
    ollama.inMemory.push("fake:latest");
    const held = new HeldAnswers(ollama, "/api/chat");
    const service = startServiceProcess({
      home: await makeHome(),
      program: join(import.meta.dirname, "../support/service-in-short.mjs"),
      args: [entryUrl("src/compose.ts"), entryUrl("config/load.ts"), modelsFile, "10000", "darwin"],
      env: { OLLAMA_BASE_URL: ollama.url, PATH: path },
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
    vi.useFakeTimers({ toFake: ["setInterval", "clearInterval"] });
    onTestFinished(() => void vi.useRealTimers());
    const off = await onMac({ env: { KEEP_AWAKE: "off" } });
    const on = await onMac();
    const client = new AbortController();
    const follows = await on.gateway.get("/api/v1/events", { signal: client.signal });
    const [offHeld, onHeld] = [off, on].map(({ ollama }) => new HeldAnswers(ollama, "/api/chat"));
    const offAsked = off.gateway.post("/api/v1/chat", BODY);
    const offAnswer = await offHeld?.next();
    vi.advanceTimersByTime(LOOK_MS);
    expect([off.attempts, on.attempts]).toEqual([[], []]);
    // The same look finds work.
    const onAsked = on.gateway.post("/api/v1/chat", BODY);
    const onAnswer = await onHeld?.next();
    vi.advanceTimersByTime(LOOK_MS);
    expect([off.attempts.length, on.attempts.length]).toEqual([0, 1]);
    for (const answer of [offAnswer, onAnswer]) {
      answer?.json({ model: "fake", message: { content: "a" }, done: true });
    }
    for (const asked of [offAsked, onAsked]) await (await asked).text();
    client.abort();
    await follows.text().catch(() => {});
    await on.gateway.stop();
    await within(Promise.all(on.attempts.map(({ ended }) => ended)), "the end of the program");
  });

  it("a program that fails is told of once, and no request minds", async () => {
    const { gateway, ollama } = await onMac({ body: "exit 2" });
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
