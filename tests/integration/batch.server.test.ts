import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { batchOf, chatItems, expectFigures, failure } from "../support/batch.ts";
import { LineReader } from "../support/ndjson.ts";
import { numberOf, queued, say, textOf, type ItemResult } from "../support/batch.ts";
import { until } from "../support/deadline.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { EventReader } from "../support/event-stream.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { idOf, startService, type RunningService } from "../support/service.ts";
import { makeHome, startServiceProcess } from "../support/service-process.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const CHAT = "/api/v1/batch/chat";

/** A batch of which two items run; the next ones wait. */
async function batchUnderWay({ gateway, ollama }: RunningService, stream: boolean) {
  const chats = new HeldAnswers(ollama, "/api/chat");
  const asked = gateway.post(CHAT, { requests: chatItems(10), stream });
  await chats.came(2);
  await queued(gateway, 3);
  return { chats, asked };
}

async function isReady({ gateway }: RunningService): Promise<boolean> {
  return (await gateway.get("/api/v1/ready")).status === 200;
}

describe("an inference server that dies in the middle of a batch", () => {
  it("fails the items that it had or was to have; the next batch runs when it is back", async () => {
    const service = await startService({ UPSTREAM_PARALLEL: "2" });
    const { gateway, ollama } = service;
    const { chats, asked } = await batchUnderWay(service, false);
    const first = await chats.next();
    say(first);
    await chats.came(3);
    const port = Number(new URL(ollama.url).port);
    await ollama.stop();
    const { results } = await batchOf(await asked);
    const number = numberOf(first);
    expect(results.splice(number, 1).map(textOf)).toEqual([`answer ${number}`]);
    expect(results).toEqual(results.map(({ index }) => failure(index, "upstream_unavailable")));
    await nothingIsHeld(service);
    const again = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"], port });
    again.inMemory.push("fake:latest");
    await until(() => isReady(service), "the service to have found it");
    const next = await batchOf(await gateway.post(CHAT, { requests: chatItems(10) }));
    expect(next.successful).toBe(10);
    await nothingIsHeld(service);
  });

  it("does so for a stream, which goes to its end", async () => {
    const service = await startService({ UPSTREAM_PARALLEL: "2" });
    const { chats, asked } = await batchUnderWay(service, true);
    const answer = await asked;
    const lines = new LineReader(answer);
    const first = await chats.next();
    say(first);
    const index = numberOf(first);
    expect(await lines.next()).toMatchObject({ index, success: true, completed: 1 });
    await service.ollama.stop();
    const rest = await lines.rest();
    const figures = rest.pop();
    expect(rest).toHaveLength(9);
    for (const line of rest) {
      expect(line).toMatchObject({ success: false, code: "upstream_unavailable", done: false });
    }
    expect(figures).toMatchObject({ successful: 1, failed: 9, done: true });
    await nothingIsHeld(service);
  });

  it("refuses nothing of a batch that comes while it is away: each item says why", async () => {
    const service = await startService();
    await service.ollama.stop();
    const answer = await service.gateway.post(CHAT, { requests: chatItems(3) });
    const { results } = await batchOf(answer);
    expect(results).toEqual([0, 1, 2].map((i) => failure(i, "upstream_unavailable")));
    await nothingIsHeld(service);
  });
});

const FORMS = [
  { path: CHAT, read: (answer: Response) => new LineReader(answer), end: [] },
  {
    path: "/api/v1/batch/chat/completions",
    read: (answer: Response) => new EventReader(answer),
    end: ["[DONE]"],
  },
];

describe.each(FORMS)("a service that stops in the middle of a batch on $path", (form) => {
  it("lets running items end, fails the others, and sends all of it", async () => {
    const service = await startService({ UPSTREAM_PARALLEL: "2", DRAIN_TIMEOUT: "10" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { requests: chatItems(10) };
    const whole = gateway.post(form.path, body);
    await chats.came(2);
    const streamed = await gateway.post(form.path, { ...body, stream: true });
    await queued(gateway, 8);
    const stopped = gateway.service.lifecycle.stop();
    await expectErrorOf(form.path, await gateway.post(form.path, body), {
      status: 503,
      code: "shutting_down",
      retryAfter: 5,
    });
    // None of the stream's items had begun: it ends before those that run.
    const frames = await form.read(streamed).rest();
    expect(frames.splice(frames.length - form.end.length)).toEqual(form.end);
    const figures = frames.pop() as object;
    expectFigures(figures, frames as ItemResult[], idOf(streamed));
    expect(frames).toHaveLength(10);
    for (const frame of frames) {
      expect(frame).toMatchObject({ success: false, code: "shutting_down", retry_after: 5 });
    }
    for (const held of chats.all) say(held);
    const { results } = await batchOf(await whole);
    const [first, second, ...others] = results;
    expect([first, second].map((result) => result && textOf(result))).toEqual([
      "answer 0",
      "answer 1",
    ]);
    expect(others).toEqual(others.map(({ index }) => failure(index, "shutting_down")));
    await stopped;
    expect(chats.all).toHaveLength(2);
    const none = { active: 0, text: 0, vision: 0, tenants: 0, deadlines: 0 };
    expect(gateway.service.load()).toMatchObject(none);
  });
});

it("SIGTERM ends a batch in order: exit code 0, and its items in the log", async () => {
  const ollama = await startFakeOllama({ models: ["fake:latest", "all-minilm:latest"] });
  ollama.inMemory.push("fake:latest");
  const chats = new HeldAnswers(ollama, "/api/chat");
  const home = await makeHome();
  const service = startServiceProcess({ home, env: { OLLAMA_BASE_URL: ollama.url } });
  await service.listening();
  const asked = service.post(CHAT, { requests: chatItems(6), stream: true });
  const held = await chats.next();
  const lines = new LineReader(await asked);
  service.signal("SIGTERM");
  for (const completed of [1, 2, 3, 4, 5]) {
    expect(await lines.next()).toMatchObject({ success: false, code: "shutting_down", completed });
  }
  expect(numberOf(held)).toBe(0);
  say(held);
  expect(await lines.next()).toMatchObject({ index: 0, success: true, completed: 6 });
  expect(await lines.rest()).toMatchObject([{ successful: 1, failed: 5, done: true }]);
  await service.endsWith(0);
  expect(service.stderr).toBe("");
  const log = await readFile(join(home, "logs", "requests.jsonl"), "utf8");
  const events = log.split("\n").filter((line) => line.includes('"batch_item"'));
  expect(events).toHaveLength(6);
});

it("a batch that still runs when DRAIN_TIMEOUT is over is cut", async () => {
  const service = await startService({ DRAIN_TIMEOUT: "0" });
  const { gateway, ollama } = service;
  const chats = new HeldAnswers(ollama, "/api/chat");
  const whole = gateway.post(CHAT, { requests: chatItems(3) });
  const cut = expect(whole).rejects.toThrow();
  const held = await chats.next();
  await queued(gateway, 2);
  await gateway.service.lifecycle.stop();
  await cut;
  await held.sawCancel();
  expect(chats.all).toHaveLength(1);
});
