import { connect } from "node:net";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { entryUrl, modelsFile } from "../../src/runtime/paths.ts";
import { until, within } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { factsThrough, makeFakeProgram } from "../support/fake-server-program.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

/** Longer than every limit that the services are given. */
const STOPPED_MS = 6500;
const LIMITS = {
  QUEUE_CHAT_DEFAULT_TIMEOUT: "6",
  UPLOAD_STALL_TIMEOUT: "4",
  DOWNLOAD_STALL_TIMEOUT: "4",
};

/** A service that takes 2 s without a processor for a sleep; the real one takes 10. */
async function start(env: Record<string, string>) {
  const service = startServiceProcess({
    home: await makeHome(),
    program: join(import.meta.dirname, "../support/service-in-short.mjs"),
    args: [entryUrl("src/compose.ts"), entryUrl("config/load.ts"), modelsFile, "2000"],
    env: { ...LIMITS, REQUEST_LOG_ENABLED: "false", ...env },
  });
  // Both start at once, of which one starts a server of its own.
  await service.said("Listening on", 60_000);
  return service;
}

it("a service that was stopped for longer than its limits goes on with all that was under way", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const program = await makeFakeProgram();
  const [service, parent] = await Promise.all([
    start({ OLLAMA_BASE_URL: ollama.url }),
    start(program.env),
  ]);
  const child = await factsThrough(parent.url);
  const body = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: false };
  const asked = service.post("/api/v1/chat", body);
  const held = await chats.next();
  const upload = halfOfABody(service.url);
  await until(() => upload.isConnected(), "half of a body is sent");

  for (const one of [service, parent]) one.signal("SIGSTOP");
  await delay(STOPPED_MS);
  for (const one of [service, parent]) one.signal("SIGCONT");
  for (const one of [service, parent]) await one.said(/machine slept for \d/);

  held.finish();
  const answer = await within(asked, "the answer of a request that has slept");
  expect([answer.status, await answer.json()]).toEqual([200, expect.anything()]);
  expect(upload.answer()).toBe("");
  const after = await factsThrough(parent.url);
  expect(after.pid, "the inference server is the same").toBe(child.pid);
  for (const { stdout } of [service, parent]) expect(stdout).not.toContain("is down");
  for (const one of [service, parent]) {
    one.signal("SIGTERM");
    await one.endsWith(0);
  }
});

/** A client that has sent half of what it has announced. */
function halfOfABody(url: string) {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  onTestFinished(() => void socket.destroy());
  let text = "";
  let isConnected = false;
  socket.on("error", () => {});
  socket.on("data", (bytes) => (text += bytes.toString()));
  const head =
    "POST /api/v1/chat HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
  socket.write(`${head}Content-Length: 100\r\n\r\n{"model":`, () => (isConnected = true));
  return { isConnected: () => isConnected, answer: () => text };
}
