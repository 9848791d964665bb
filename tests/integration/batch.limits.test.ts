import { describe, expect, it } from "vitest";
import { asTenant, batchOf, chatItem, chatItems, failure, say } from "../support/batch.ts";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { picture } from "../support/pictures.ts";
import { startSeeingOllama } from "../support/seeing-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { expectNativeError, expectOpenAIError, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const ROUTES = [
  { path: "/api/v1/batch/chat", maxItems: 50, perMinute: 10 },
  { path: "/api/v1/batch/chat/completions", maxItems: 50, perMinute: 10 },
  { path: "/api/v1/batch/vlm", maxItems: 20, perMinute: 5 },
  { path: "/api/v1/batch/vlm/completions", maxItems: 20, perMinute: 5 },
];

type Refusal = Parameters<typeof expectNativeError>[1];

/** The batch as a whole is refused in the form of its route. */
async function expectRefused(
  path: string,
  answer: Response,
  { more = {}, ...error }: Refusal & { param?: string },
): Promise<void> {
  const { retry_after: retry, ...inError } = more;
  const outside = retry === undefined ? {} : { retry_after: retry };
  if (!path.endsWith("/completions")) return expectNativeError(answer, { ...error, more });
  const type = error.status === 429 ? "rate_limit_error" : "invalid_request_error";
  return expectOpenAIError(answer, { ...error, type, inError, more: outside });
}

describe.each(ROUTES)("POST $path", ({ path, maxItems, perMinute }) => {
  it("takes no more items than its maximum", async () => {
    const { gateway, ollama } = await startService();
    const bad = Array.from({ length: maxItems }, () => ({}));
    const most = await batchOf(await gateway.post(path, { requests: bad }));
    expect(most.failed).toBe(maxItems);
    await expectRefused(path, await gateway.post(path, { requests: [...bad, {}] }), {
      status: 400,
      code: "batch_too_large",
      type: "InvalidRequestError",
      says: `The batch has ${maxItems + 1} requests; the limit is ${maxItems}`,
      param: "requests",
      more: { limit: maxItems },
    });
    expect(ollama.running).toBe(0);
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["an empty list", { requests: [] }, /^requests: /, "requests"],
    ["no list", { requests: "all" }, /^requests: /, "requests"],
    ["nothing", {}, /^requests: /, "requests"],
    ["null", null, /not a JSON object/, undefined],
    ["a list", [[]], /not a JSON object/, undefined],
    ["half of JSON", '{"requests":[', /not JSON/, undefined],
  ])("refuses %s with 422", async (_name, body, says, param) => {
    const { gateway } = await startService();
    await expectRefused(path, await gateway.post(path, body), {
      status: 422,
      code: "validation_error",
      type: "ValidationError",
      says,
      ...(param === undefined ? {} : { param }),
    });
    await nothingIsHeld({ gateway });
  });

  it("refuses the whole batch for models outside ALLOWED_MODELS, naming all of them", async () => {
    const { gateway, ollama } = await startService({ ALLOWED_MODELS: "fake*, good" });
    const models = ["fake", "bad", "good", " worse ", "bad", undefined];
    const requests = models.map((model, i) => chatItem(i, { model }));
    await expectRefused(path, await gateway.post(path, { requests, stream: true }), {
      status: 400,
      code: "model_not_allowed",
      type: "InvalidRequestError",
      says: /^Not allowed here: 'bad', 'worse'$/,
      param: "model",
      more: { allowed_models: ["fake*", "good"] },
    });
    expect(ollama.to("/api/chat")).toEqual([]);
    await nothingIsHeld({ gateway });
  });

  it(`lets ${perMinute} batches a minute through, each counted as one`, async () => {
    const { gateway } = await startService();
    const requests = Array.from({ length: maxItems }, () => ({}));
    for (let left = perMinute - 1; left >= 0; left -= 1) {
      // A batch that is refused counts as well.
      const answer = await gateway.post(path, left % 2 ? { requests } : {});
      expect(answer.headers.get("x-ratelimit-limit")).toBe(String(perMinute));
      expect(answer.headers.get("x-ratelimit-remaining")).toBe(String(left));
    }
    const answer = await gateway.post(path, { requests });
    expect(answer.headers.get("retry-after")).toBe("60");
    await expectRefused(path, answer, {
      status: 429,
      code: "rate_limit_exceeded",
      type: "RateLimitExceeded",
      says: new RegExp(`${perMinute} requests a minute`),
      more: {
        retry_after: 60,
        limit: perMinute,
        reset_at: Number(answer.headers.get("x-ratelimit-reset")),
      },
    });
    // Other routes and other tenants have minutes of their own.
    for (const other of ROUTES.filter((route) => route.path !== path)) {
      expect((await gateway.post(other.path, { requests })).status).not.toBe(429);
    }
    expect((await gateway.post(path, { requests: [{}] }, asTenant("other"))).status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

it("an item with an empty model is its own failure, also where models are restricted", async () => {
  const { gateway } = await startService({ ALLOWED_MODELS: "fake" });
  const requests = [chatItem(0), chatItem(1, { model: "  " }), chatItem(2, { model: 7 })];
  const { results } = await batchOf(await gateway.post("/api/v1/batch/chat", { requests }));
  expect(results).toEqual([
    expect.objectContaining({ success: true }),
    failure(1, "validation_error", /^model: /),
    failure(2, "validation_error", /^model: /),
  ]);
});

describe("the fields beside the items", () => {
  it.each(["model", "temperature", "request", "toString"])(
    "may not be others than a native batch has: %s",
    async (name) => {
      const { gateway } = await startService();
      for (const path of ["/api/v1/batch/chat", "/api/v1/batch/vlm"]) {
        const answer = await gateway.post(path, { requests: [chatItem(0)], [name]: 1 });
        await expectNativeError(answer, {
          status: 422,
          code: "validation_error",
          type: "ValidationError",
          says: name,
        });
      }
    },
  );

  it("may be null", async () => {
    const { gateway } = await startService();
    const body = { requests: [chatItem(0)], stream: null };
    expect((await batchOf(await gateway.post("/api/v1/batch/chat", body))).successful).toBe(1);
  });
});

it("BATCH_* settings say how many items there may be", async () => {
  const { gateway } = await startService({
    BATCH_CHAT_MAX_REQUESTS: "1",
    BATCH_VLM_MAX_REQUESTS: "2",
  });
  const counts = [1, 1, 2, 2];
  for (const [i, { path }] of ROUTES.entries()) {
    const requests = Array.from({ length: (counts[i] ?? 0) + 1 }, () => ({}));
    const error = { status: 400, code: "batch_too_large" };
    const answer = await gateway.post(path, { requests });
    if (path.endsWith("/vlm/completions")) expect(answer.status).toBe(400);
    else await expectErrorOf(path, answer, error);
    expect((await gateway.post(path, { requests: requests.slice(1) })).status).toBe(200);
  }
});

describe("the tenant's cap", () => {
  it("counts a batch of text as one request until its last item has ended", async () => {
    const { gateway, ollama } = await startService({ RATE_LIMIT_ENABLED: "false" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const post = (path: string, body: object, tenant = "a") =>
      gateway.post(path, body, asTenant(tenant));
    const [chat = "", completions = ""] = ROUTES.map(({ path }) => path);
    const batches = [0, 1, 2, 3, 4, 5].map((i) =>
      post(i % 2 ? chat : completions, { requests: chatItems(2), stream: i > 3 }),
    );
    await chats.came(1);
    for (const path of [chat, completions, "/api/v1/chat", "/api/v1/chat/completions"]) {
      const body = path.includes("batch") ? { requests: chatItems(1) } : chatItem(0);
      const error = { status: 429, code: "tenant_limit_exceeded", retryAfter: 2 };
      await expectErrorOf(path, await post(path, body), error);
    }
    const other = post(chat, { requests: chatItems(1) }, "b");
    expect(gateway.service.load().tenants).toBeGreaterThanOrEqual(6);
    for (let i = 0; i < 13; i += 1) say(await chats.next());
    for (const answer of await Promise.all([...batches, other])) {
      expect(answer.status).toBe(200);
      await answer.text();
    }
    await nothingIsHeld({ gateway });
    const again = post(chat, { requests: chatItems(1) });
    say(await chats.next());
    expect((await again).status).toBe(200);
  });

  it("counts a batch of images as one of the three for images", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({ OLLAMA_BASE_URL: ollama.url, UPSTREAM_PARALLEL: "2" });
    const chats = new HeldAnswers(ollama, "/api/chat");
    const item = {
      messages: [{ role: "user", content: "item 0" }],
      images: [await picture(16, 16)],
    };
    const post = (path: string, body: object) => gateway.post(path, body, asTenant("a"));
    const path = "/api/v1/batch/vlm";
    const batches = [0, 1, 2].map(() => post(path, { requests: [item, item] }));
    await chats.came(2);
    for (const [at, body] of [
      [path, { requests: [item] }],
      ["/api/v1/vlm", item],
    ] as const) {
      const error = { status: 429, code: "tenant_limit_exceeded", retryAfter: 2 };
      await expectErrorOf(at, await post(at, body), error);
    }
    for (let i = 0; i < 6; i += 1) say(await chats.next());
    for (const answer of await Promise.all(batches)) {
      expect((await batchOf(answer)).successful).toBe(2);
    }
    // Requests for text are counted by themselves.
    const texts = new HeldAnswers(ollama, "/api/chat");
    const chat = post("/api/v1/chat", chatItem(0));
    say(await texts.next());
    expect((await chat).status).toBe(200);
    await nothingIsHeld({ gateway });
  });
});

it("a text batch's body may not be larger than MAX_BODY_BYTES", async () => {
  const { gateway } = await startService({ MAX_BODY_BYTES: "2048", VLM_MAX_BODY_BYTES: "4096" });
  const requests = [chatItem(0, { metadata: { a: "x".repeat(2048) } })];
  for (const path of ["/api/v1/batch/chat", "/api/v1/batch/chat/completions"]) {
    const error = { status: 413, code: "request_too_large" };
    await expectErrorOf(path, await gateway.post(path, { requests }), error);
  }
  const error = { status: 413, code: "request_too_large" };
  const larger = { requests: [chatItem(0, { metadata: { a: "x".repeat(4096) } })] };
  const path = "/api/v1/batch/chat/completions";
  await expectErrorOf(path, await gateway.post(path, larger), error);
  await nothingIsHeld({ gateway });
});
