import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import type { FakeOptions } from "../support/fake-ollama.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { photo } from "../support/image-files.ts";
import { expectLogsToAgree } from "../support/logged-records.ts";
import { type RunningService, startService } from "../support/service.ts";
import { about, startVision, VISION_PATHS } from "../support/vision-service.ts";

const ON = { REQUEST_LOG_ENABLED: "true", RATE_LIMIT_ENABLED: "false" };
const messages = [{ role: "user", content: "hi" }];

/** Asks for a chat on behalf of a project. @returns the status once the whole answer is there. */
async function chat(
  { gateway }: Pick<RunningService, "gateway">,
  project: string,
  more: object = {},
): Promise<number> {
  const headers = { "content-type": "application/json", "x-project-name": project };
  const answer = await gateway.post(
    "/api/v1/chat",
    { model: "fake", messages, ...more },
    { headers },
  );
  await answer.text();
  return answer.status;
}

const start = (env: Record<string, string> = {}, fake: FakeOptions = {}) =>
  startService({ ...ON, ...env }, fake);

it("agree on requests that wait, for others and for a load, and that find the queue full", async () => {
  const service = await start({ QUEUE_CHAT_MAX_QUEUE_SIZE: "2", UPSTREAM_PARALLEL: "1" });
  service.ollama.inMemory.length = 0;
  const loads = new HeldAnswers(service.ollama, "/api/generate");
  const asked = ["a", "b", "c"].map((project) => chat(service, project));
  const load = await loads.next();
  await until(() => service.gateway.service.load().text === 3, "three requests");
  expect(await chat(service, "a")).toBe(503);
  service.ollama.inMemory.push("fake:latest");
  load.json({ model: "fake", response: "", done: true, done_reason: "load" });
  expect(await Promise.all(asked)).toEqual([200, 200, 200]);
  const stored = await expectLogsToAgree(service.gateway, 4);
  const of = (project: string, status = 200) =>
    stored.find((one) => one.project === project && one.status === status);
  expect(of("a")).toMatchObject({ waitedBehind: undefined, loadShared: false });
  expect(of("a")?.loadMs).toBeGreaterThan(0);
  expect(of("b")).toMatchObject({ waitedBehind: 1, loadMs: 0, loadShared: undefined });
  expect(of("c")).toMatchObject({ waitedBehind: 2 });
  expect(of("a", 503)).toMatchObject({ errorCode: "queue_full", isPromptCut: undefined });
});

it("agree on requests that share a load", async () => {
  const service = await start({ UPSTREAM_PARALLEL: "4" });
  service.ollama.inMemory.length = 0;
  const loads = new HeldAnswers(service.ollama, "/api/generate");
  const first = chat(service, "a");
  const load = await loads.next();
  const second = chat(service, "b");
  await until(() => service.gateway.service.load().text === 2, "two requests");
  service.ollama.inMemory.push("fake:latest");
  load.json({ model: "fake", response: "", done: true, done_reason: "load" });
  expect([await first, await second]).toEqual([200, 200]);
  const stored = await expectLogsToAgree(service.gateway, 2);
  const shared = stored.map(({ project, loadShared }) => [project, loadShared]);
  expect(Object.fromEntries(shared)).toEqual({ a: false, b: true });
});

it("agree on a prompt that was cut", async () => {
  const service = await start({}, { contextLength: 64 });
  const long = { messages: [{ role: "user", content: "word ".repeat(100) }] };
  expect(await chat(service, "a", long)).toBe(200);
  expect(await chat(service, "a", { ...long, truncate: false })).toBe(400);
  const [cut, refused] = await expectLogsToAgree(service.gateway, 2);
  expect(cut).toMatchObject({ isPromptCut: true, ended: "completed" });
  expect(refused).toMatchObject({ isPromptCut: false, errorCode: "prompt_too_large" });
});

it("agree on the context that a model ran with, also for one who asked for less or for none", async () => {
  const service = await start({}, { contextLength: 4096, largestContext: 65_536 });
  for (const options of [{ num_ctx: 8192 }, { num_ctx: 512 }, {}]) {
    expect(await chat(service, "a", { options })).toBe(200);
  }
  const stored = await expectLogsToAgree(service.gateway, 3);
  const [first] = stored;
  expect(first?.context).toBeGreaterThanOrEqual(8192);
  for (const { context } of stored) expect(context).toBe(first?.context);
});

it("agree on requests that take too long, and that the server fails", async () => {
  const service = await start({ QUEUE_CHAT_DEFAULT_TIMEOUT: "2", UPSTREAM_PARALLEL: "2" });
  const held = new HeldAnswers(service.ollama, "/api/chat");
  const late = chat(service, "a");
  await held.next();
  const broken = chat(service, "b");
  (await held.next()).json({ error: "out of order" }, 500);
  await Promise.all([late, broken]);
  const stored = await expectLogsToAgree(service.gateway, 2);
  expect(stored.map(({ ended }) => ended).sort()).toEqual(["failed", "hard_stop"]);
});

it.each(VISION_PATHS)("agree on images of %s", async (path) => {
  const { gateway } = await startVision(ON);
  const image = await photo();
  for (const more of [{}, { stream: true }, { max_dimension: 1 }]) {
    await (await gateway.post(path, about(path, [image], more))).text();
  }
  const [first, second, refused] = await expectLogsToAgree(gateway, 3);
  expect(first).toMatchObject({ images: 1, operation: "vlm", streamed: false });
  expect(first?.imageBytesSaved).toBeGreaterThan(0);
  expect(second).toMatchObject({ images: 1, streamed: true });
  expect(refused).toMatchObject({ status: 422, images: undefined });
});
