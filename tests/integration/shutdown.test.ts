import { describe, expect, it, onTestFinished } from "vitest";
import { until } from "../support/deadline.ts";
import { DIALECTS, expectErrorOf } from "../support/dialect-errors.ts";
import { EventReader } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { expectNativeError, jsonOf } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";

const BODY = { model: "fake", messages: [{ role: "user", content: "hi" }], stream: true };
const STOPPING = { status: 503, code: "shutting_down", retryAfter: 5 };

/** The real service in front of a fake, with one stream open on each of two dialects. */
async function serviceWithStreams(env: Record<string, string> = {}) {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const service = startServiceProcess({
    home: await makeHome(),
    env: { OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL: "4", ...env },
  });
  await service.listening();
  const asked = service.post("/api/v1/chat", BODY);
  const own = await chats.next();
  const askedDropIn = service.post("/api/chat", BODY);
  const dropIn = await chats.next();
  for (const held of [own, dropIn]) held.piece("one");
  const events = new EventReader(await asked);
  expect(await events.next()).toMatchObject({ chunk: "one" });
  return { service, chats, own, dropIn, events, dropInAnswer: await askedDropIn };
}

/** Sends the signal and waits until the service has taken note of it. */
async function beginStop({ service }: Awaited<ReturnType<typeof serviceWithStreams>>) {
  service.signal("SIGTERM");
  await service.said("SIGTERM: stopping");
  const stopping = async () => (await service.get("/api/v1/ready")).status === 503;
  await until(stopping, "the service has begun to stop");
}

describe("a service that is told to stop", () => {
  it("refuses new requests, lets streams finish, and ends with code 0", async () => {
    const running = await serviceWithStreams();
    const { service, own, dropIn, events, dropInAnswer } = running;
    await beginStop(running);
    await expectNativeError(await service.get("/api/v1/ready"), {
      status: 503,
      code: "shutting_down",
      type: "RequestError",
      more: { retry_after: 5 },
    });
    const health = await service.get("/api/v1/health");
    expect(health.status).toBe(200);
    expect(await jsonOf(health)).toMatchObject({ status: "stopping" });
    for (const { path } of DIALECTS) {
      await expectErrorOf(path, await service.post(path, BODY), STOPPING);
    }
    own.piece("two");
    expect(await events.next()).toMatchObject({ chunk: "two" });
    own.finish();
    expect(await events.rest()).toMatchObject([{ done: true, generation_eval_count: 2 }]);
    dropIn.finish();
    expect(await dropInAnswer.text()).toContain('"done":true');
    await service.endsWith(0);
    expect(service.stdout).toContain("Stopped.");
    expect(service.stderr).toBe("");
  });

  it("refuses what was waiting in the queue", async () => {
    const running = await serviceWithStreams({
      UPSTREAM_PARALLEL: "2",
      // Equal requests would share one place.
      RESPONSE_CACHE_ENABLED: "false",
    });
    const { service, own, dropIn } = running;
    const waiting = DIALECTS.map(async ({ path }) => {
      await expectErrorOf(path, await service.post(path, BODY), STOPPING);
    });
    const queued = async () => (await jsonOf(await service.get("/api/v1/queue/stats")))["queued"];
    await until(async () => (await queued()) === DIALECTS.length, "all of them wait");
    await beginStop(running);
    await Promise.all(waiting);
    for (const held of [own, dropIn]) held.finish();
    await service.endsWith(0);
  });

  it("cuts what still runs when DRAIN_TIMEOUT is over", async () => {
    const running = await serviceWithStreams({ DRAIN_TIMEOUT: "1" });
    const { service, own, dropIn, events, dropInAnswer } = running;
    await beginStop(running);
    const cut = expect(dropInAnswer.text()).rejects.toThrow();
    const rest = events.rest().catch(() => "cut");
    await service.endsWith(0);
    await cut;
    expect(await rest).toBe("cut");
    await own.sawCancel();
    await dropIn.sawCancel();
  });

  it.each(["SIGINT", "SIGHUP"] as const)("stops in order on %s, too", async (signal) => {
    const { service, own, dropIn, events } = await serviceWithStreams();
    service.signal(signal);
    await service.said(`${signal}: stopping`);
    for (const held of [own, dropIn]) held.finish();
    expect(await events.rest()).toHaveLength(1);
    await service.endsWith(0);
  });

  it("ends at once on a second signal later than a second, with code 1", async () => {
    const running = await serviceWithStreams();
    const { service, events } = running;
    await beginStop(running);
    const rest = events.rest().catch(() => "cut");
    // What comes within a second of the first is the same one: a launcher that passes it on.
    const signalling = setInterval(() => service.signal("SIGTERM"), 200);
    onTestFinished(() => clearInterval(signalling));
    await service.endsWith(1);
    expect(await rest).toBe("cut");
  });
});
