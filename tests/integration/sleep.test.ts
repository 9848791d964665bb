import { describe, expect, it } from "vitest";
import { until, within } from "../support/deadline.ts";
import { serviceLog } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { underWay } from "../support/requests-under-way.ts";
import { jsonOf, startService } from "../support/service.ts";
import { steppedClock } from "../support/stepped-clock.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const HOUR_MS = 3_600_000;
const messages = [{ role: "user", content: "hi" }];
const ASK = { model: "fake", messages, stream: true };
const FREE = { RATE_LIMIT_ENABLED: "false" };

describe("a machine that sleeps for hours", () => {
  it("loses no request, counts no crash, charges nobody, and tells of it", async () => {
    const { sleep } = steppedClock();
    const { gateway, ollama } = await startService({ ...FREE, UPSTREAM_PARALLEL: "1" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const events = await gateway.get("/api/v1/events");
    const running = gateway.post("/api/v1/chat", ASK);
    const held = await chats.next();
    held.piece("a");
    const answer = await running;
    const waiting = gateway.post("/api/v1/chat", ASK);
    await until(() => gateway.service.load().text === 2, "one runs and one waits");
    sleep(2 * HOUR_MS + 3 * 60_000);
    const line = "slept for 2 h 3 min";
    await until(() => gateway.said.some((said) => said.includes(line)), "it is said");
    await until(async () => (await serviceLog(gateway)).includes(line), "it is in the log");

    held.finish({ prompt_eval_duration: 2e6, eval_duration: 2 * 3600e9 });
    expect(await answer.text()).toContain('"done":true');
    (await chats.next()).finish();
    expect(await (await waiting).text()).toContain('"done":true');
    const said = await readUntil(events, "machine_slept");
    await nothingIsHeld({ gateway });
    const text = await serviceLog(gateway);
    expect(text).not.toMatch(/is down|was cut off|held by nobody/);
    // Two requests, of which one took two hours by the server's clock.
    const { tenants } = (await jsonOf(await gateway.get("/api/v1/queue"))) as unknown as {
      tenants: { inference_seconds: { day: number } }[];
    };
    const spent = tenants.map((tenant) => tenant.inference_seconds.day);
    expect(spent).toHaveLength(1);
    expect(spent[0]).toBeGreaterThan(0);
    expect(spent[0]).toBeLessThan(60);
    expect(said).toMatch(/"slept_ms":73\d{5}/);
    expect(said).not.toContain("server_down");
  });

  it("does not learn from it how long a model takes to load", async () => {
    const { sleep } = steppedClock();
    const { gateway, ollama } = await startService(FREE);
    ollama.inMemory.length = 0;
    const loads = new HeldAnswers(ollama, "/api/generate");
    const first = gateway.post("/api/v1/chat", { ...ASK, stream: false });
    const load = await loads.next();
    sleep();
    ollama.inMemory.push("fake:latest");
    load.json({ model: "fake", done: true });
    expect((await first).status).toBe(200);
    ollama.inMemory.length = 0;
    const unloading = gateway.post("/api/v1/models/fake/unload", {});
    (await loads.next()).json({ model: "fake", done: true });
    expect((await unloading).status).toBe(200);
    const second = gateway.post("/api/v1/chat", { ...ASK, stream: false });
    const next = await loads.next();
    const waiting = await underWay(gateway, "unknown", "model");
    expect(waiting).toMatchObject({ expected_wait_ms: null });
    ollama.inMemory.push("fake:latest");
    next.json({ model: "fake", done: true });
    expect((await second).status).toBe(200);
  });
});

/** Reads events up to one of this name. */
async function readUntil(answer: Response, name: string): Promise<string> {
  let text = "";
  const reader = (answer.body ?? new ReadableStream<Uint8Array>()).getReader();
  while (!text.includes(`event: ${name}\n`) || !text.endsWith("\n\n")) {
    const { done, value } = await within(reader.read(), `the event ${name}`);
    if (done) break;
    text += Buffer.from(value as Uint8Array).toString();
  }
  await reader.cancel();
  return text;
}
