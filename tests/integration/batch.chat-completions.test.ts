import { describe, expect, it } from "vitest";
import { batchOf, chatItem, failure, textOf } from "../support/batch.ts";
import { seenBy, startSeeingOllama } from "../support/seeing-ollama.ts";
import { startGateway } from "../support/gateway.ts";
import { bodiesTo, bodyTo, expectOpenAIError, startService } from "../support/service.ts";
import { jsonOf } from "../support/service.ts";
import { picture } from "../support/pictures.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PATH = "/api/v1/batch/chat/completions";
const INVALID = { type: "invalid_request_error" };

describe("POST /api/v1/batch/chat/completions", () => {
  it("answers each item as the single route would", async () => {
    const { gateway, ollama } = await startService();
    const answer = await gateway.post(PATH, { requests: [chatItem(0)] });
    const { batch_id: id, results } = await batchOf(answer);
    const single = await jsonOf(await gateway.post("/api/v1/chat/completions", chatItem(0)));
    const data = { ...single, id: `chatcmpl-${id}-0`, created: expect.any(Number) };
    expect(results).toEqual([{ index: 0, success: true, data }]);
    expect(results.map(textOf)).toEqual(["Hello"]);
    const [first, second] = bodiesTo(ollama, "/api/chat");
    expect(first).toEqual(second);
    await nothingIsHeld({ gateway });
  });

  it("takes fields that only OpenAI's clients send, beside the items and in them", async () => {
    const { gateway, ollama } = await startService();
    const item = chatItem(0, {
      messages: [{ role: "developer", content: [{ type: "text", text: "item 0" }] }],
      max_completion_tokens: 9,
      guided_json: { type: "object" },
      something_new: 1,
      stream: true,
    });
    const body = { requests: [item], metadata: { run: "7" }, user: "ada" };
    const { successful } = await batchOf(await gateway.post(PATH, body));
    expect(successful).toBe(1);
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({
      messages: [{ role: "system", content: "item 0" }],
      format: { type: "object" },
      options: { num_predict: 9 },
      stream: false,
    });
  });

  it("shows an item's failure in the form of batches, not in OpenAI's", async () => {
    const { gateway } = await startService();
    const requests = [chatItem(0, { temperature: 3 }), chatItem(1)];
    const { batch_id: id, results } = await batchOf(await gateway.post(PATH, { requests }));
    expect(results[0]).toEqual({
      index: 0,
      success: false,
      error: expect.stringContaining("temperature"),
      error_type: "ValidationError",
      code: "validation_error",
      request_id: `${id}-0`,
    });
    expect(results[1]).toMatchObject({ success: true });
  });

  it("takes items with images and items without", async () => {
    const ollama = await startSeeingOllama();
    const gateway = await startGateway({
      OLLAMA_BASE_URL: ollama.url,
      OLLAMA_DEFAULT_TEXT_MODEL: "fake",
    });
    const url = await picture(64, 48);
    const parts = [
      { type: "text", text: "item 1" },
      { type: "image_url", image_url: { url } },
    ];
    const requests = [chatItem(0), { messages: [{ role: "user", content: parts }] }, {}];
    const { results } = await batchOf(await gateway.post(PATH, { requests }));
    const [text, image, bad] = results;
    expect(text?.data).toMatchObject({ model: "fake" });
    expect(image?.data).toMatchObject({ model: "eyes:latest", images_processed: 1 });
    expect(seenBy(String(image && textOf(image)))).toMatchObject({
      images: [{ message: 0, width: 64, height: 48 }],
      texts: ["item 1"],
    });
    expect(bad).toEqual(failure(2, "validation_error", /messages/));
    await nothingIsHeld({ gateway });
  });
});

describe("a whole batch that is refused", () => {
  it.each([
    ["no JSON", "{", /not JSON/, null],
    ["an empty body", "", /empty/, null],
    ["no object", [chatItem(0)], /not a JSON object/, null],
    ["no requests", {}, /requests/, "requests"],
    ["no item", { requests: [] }, /requests/, "requests"],
    ["requests that are no list", { requests: chatItem(0) }, /requests/, "requests"],
    ["a wrong stream", { requests: [chatItem(0)], stream: "yes" }, /stream/, "stream"],
  ])("is shown in OpenAI's form: %s", async (_name, body, says, param) => {
    const { gateway, ollama } = await startService();
    await expectOpenAIError(await gateway.post(PATH, body), {
      ...INVALID,
      status: 422,
      code: "validation_error",
      says,
      param,
    });
    expect(ollama.to("/api/chat")).toEqual([]);
    await nothingIsHeld({ gateway });
  });

  it("is shown in OpenAI's form when it has too many items", async () => {
    const { gateway } = await startService({ BATCH_CHAT_MAX_REQUESTS: "2" });
    const requests = [0, 1, 2].map((i) => chatItem(i));
    await expectOpenAIError(await gateway.post(PATH, { requests, stream: true }), {
      ...INVALID,
      status: 400,
      code: "batch_too_large",
      says: "The batch has 3 requests; the limit is 2",
      param: "requests",
      inError: { limit: 2 },
    });
    await nothingIsHeld({ gateway });
  });

  it("is shown in OpenAI's form when a model is not allowed", async () => {
    const { gateway } = await startService({ ALLOWED_MODELS: "fake" });
    const requests = [chatItem(0), chatItem(1, { model: "other" })];
    await expectOpenAIError(await gateway.post(PATH, { requests }), {
      ...INVALID,
      status: 400,
      code: "model_not_allowed",
      says: "Not allowed here: 'other'",
      param: "model",
      inError: { allowed_models: ["fake"] },
    });
  });
});
