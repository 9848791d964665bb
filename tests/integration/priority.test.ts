import { expect, it } from "vitest";
import { until } from "../support/deadline.ts";
import { startFakeOllama } from "../support/fake-ollama.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { HeldAnswers } from "../support/held-answers.ts";

/** A way to ask in each dialect, and the path that the inference server then sees. */
const WAYS = [
  { path: "/api/chat", upstreamPath: "/api/chat" },
  { path: "/v1/chat/completions", upstreamPath: "/v1/chat/completions" },
  { path: "/api/v1/chat", upstreamPath: "/api/chat" },
  { path: "/api/v1/chat/completions", upstreamPath: "/api/chat" },
];

async function ask(gateway: Gateway, path: string, tenant: string, priority?: string) {
  const answer = await gateway.post(
    path,
    { model: "fake", stream: false, messages: [{ role: "user", content: `from ${tenant}` }] },
    {
      headers: {
        "content-type": "application/json",
        "x-project-name": tenant,
        ...(priority === undefined ? {} : { "x-shared-ollama-priority": priority }),
      },
    },
  );
  return { status: answer.status, text: await answer.text() };
}

/** A gateway whose server holds its answers, and who has a request there. */
async function setUp(upstreamPath: string) {
  const ollama = await startFakeOllama();
  const chats = new HeldAnswers(ollama, upstreamPath);
  const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url });
  const queued = (count: number) =>
    until(() => gateway.service.load().text === count, `${count} requests in the queue`);
  const next = async () => {
    const held = await chats.next();
    return { from: /from (\w+)/.exec(held.request.body.toString())?.[1], held };
  };
  return { ollama, gateway, queued, next };
}

it.each(WAYS)("$path: background work waits for what is not", async ({ path, upstreamPath }) => {
  const { ollama, gateway, queued, next } = await setUp(upstreamPath);
  const asked = [ask(gateway, path, "runs")];
  // The model is loaded, of which those would be charged a part who wait meanwhile.
  const running = await next();
  for (const [tenant, priority] of [
    ["batch", "background"],
    ["person", "interactive"],
    ["other", undefined],
  ] as const) {
    asked.push(ask(gateway, path, tenant, priority));
    await queued(asked.length);
  }
  const order: (string | undefined)[] = [];
  for (let i = 0; i < 4; i += 1) {
    const { from, held } = i === 0 ? running : await next();
    order.push(from);
    if (upstreamPath === "/api/chat") held.finish();
    else held.json({ choices: [{ index: 0, message: { role: "assistant", content: "Hi" } }] });
  }
  expect(order).toEqual(["runs", "person", "other", "batch"]);
  for (const { status } of await Promise.all(asked)) expect(status).toBe(200);
  for (const { rawHeaders } of ollama.received) {
    expect(rawHeaders.join().toLowerCase()).not.toContain("x-shared-ollama-priority");
  }
});

it.each(WAYS)("$path: another word for it is refused", async ({ path, upstreamPath }) => {
  const { gateway } = await setUp(upstreamPath);
  const { status, text } = await ask(gateway, path, "a", "urgent");
  expect(status).toBe(400);
  expect(text).toContain("X-Shared-Ollama-Priority takes background or interactive");
});
