import { describe, expect, it } from "vitest";
import { inspectBody, NO_MODELS } from "../../../src/dialects/inspect-body.ts";

const inspect = (body: unknown) =>
  inspectBody(Buffer.from(typeof body === "string" ? body : JSON.stringify(body)));

const nothing = {
  model: "",
  models: [],
  modelIsCertain: false,
  hasImages: false,
  hasAudio: false,
  hasWork: false,
  isUnread: false,
  stream: undefined,
  keepAlive: undefined,
  loadOptions: undefined,
  shift: undefined,
  prefix: undefined,
};

describe("inspectBody", () => {
  it.each([
    ["a generate", { model: "m", prompt: "hi" }, { model: "m", stream: undefined }],
    ["a chat", { model: "m", stream: false, messages: [{ content: "hi" }] }, { stream: false }],
    ["an embed", { model: "m", input: ["a", "b"] }, { model: "m", hasImages: false }],
    ["a keep-alive in words", { keep_alive: "5m" }, { keepAlive: "5m" }],
    ["a keep-alive of zero", { keep_alive: 0 }, { keepAlive: 0 }],
    [
      "keys in other cases",
      { MODEL: "m", Stream: true, Keep_Alive: 1 },
      { model: "m", stream: true },
    ],
    ["a name that is certain", { model: "m" }, { model: "m", modelIsCertain: true }],
    [
      "a name that is certain, whatever stands twice further in",
      { model: "m", tools: [{ options: 1 }, { options: "\u0001" }] },
      { model: "m", modelIsCertain: true },
    ],
    ["the last of several", { model: "x", MODEL: "m" }, { model: "m", modelIsCertain: false }],
    ["fields of wrong types", { model: 7, stream: "yes", keep_alive: {} }, nothing],
    [
      "options for loading",
      { options: { num_ctx: 8, top_k: 1, use_mmap: false, num_gpu: null, num_batch: [9] } },
      {
        loadOptions: { num_ctx: 8, use_mmap: false },
      },
    ],
    ["options for sampling only", { options: { top_k: 1 } }, { loadOptions: undefined }],
    ["whether the context slides", { shift: false }, { shift: false }],
    ["what is no switch", { shift: "no" }, { shift: undefined }],
    ["options that are none", { options: [1] }, { loadOptions: undefined }],
  ])("reads %s", (_case, body, facts) => {
    expect(inspect(body)).toMatchObject(facts);
  });

  it.each([
    ["a prompt", { prompt: "hi" }, true],
    ["a message", { messages: [{}] }, true],
    ["a text to embed", { input: "hi" }, true],
    ["an empty prompt", { prompt: "" }, false],
    ["no messages", { messages: [] }, false],
    ["a prompt of null", { prompt: null }, false],
    ["a model only", { model: "m", keep_alive: 0 }, false],
  ])("knows whether there is work: %s", (_case, body, hasWork) => {
    expect(inspect(body).hasWork).toBe(hasWork);
  });

  it.each([
    ["generate", { images: ["aGk="] }, true],
    ["generate, empty", { images: [] }, false],
    ["generate, other case", { Images: ["aGk="] }, true],
    ["Ollama's chat", { messages: [{ content: "x" }, { images: ["aGk="] }] }, true],
    ["Ollama's chat, other case", { Messages: [{ IMAGES: ["aGk="] }] }, true],
    ["OpenAI's chat", { messages: [{ content: [{ type: "image_url", image_url: {} }] }] }, true],
    ["OpenAI's chat, other case", { messages: [{ Content: [{ type: "image_url" }] }] }, true],
    ["OpenAI's chat, text", { messages: [{ content: [{ type: "text", text: "image" }] }] }, false],
    ["OpenAI's responses", { input: [{ content: [{ type: "input_image" }] }] }, true],
    ["Anthropic's messages", { messages: [{ content: [{ type: "image", source: {} }] }] }, true],
    ["an embed of texts", { input: ["image_url"] }, false],
  ])("finds the images of %s", (_case, body, hasImages) => {
    expect(inspect(body).hasImages).toBe(hasImages);
  });

  it.each([
    ["OpenAI's chat", { messages: [{ content: [{ type: "input_audio", input_audio: {} }] }] }],
    ["OpenAI's chat, other case", { messages: [{ content: [{ Type: "input_audio" }] }] }],
    ["OpenAI's responses", { input: [{ content: [{ type: "input_audio" }] }] }],
  ])("finds the sound of %s, which is no image", (_case, body) => {
    expect(inspect(body)).toMatchObject({ hasAudio: true, hasImages: false });
  });

  it("finds images and sounds beside each other", () => {
    const parts = [{ type: "image_url" }, { type: "text" }, { type: "input_audio" }];
    const media = { hasAudio: true, hasImages: true };
    expect(inspect({ messages: [{ content: parts }] })).toMatchObject(media);
    const messages = [{ images: ["aGk="] }, { content: parts.slice(1) }];
    expect(inspect({ messages })).toMatchObject(media);
  });

  it("takes what is in Ollama's own images for images", () => {
    const body = { messages: [{ content: "hi", images: ["UklGRiQAAABXQVZF"] }] };
    expect(inspect(body)).toMatchObject({ hasImages: true, hasAudio: false });
  });

  it.each([
    ["the only one", '{"model":"a"}', ["a"]],
    ["names in other cases", '{"model":"a","MODEL":"b","mode\\u006c":"c"}', ["a", "b", "c"]],
    ["the last of equal names, as every Go server reads it", '{"model":"a","model":"b"}', ["b"]],
    ["what null hides", '{"model":"a","model":null}', ["a"]],
    ["the first of two bodies", '{"model":"a"}{"model":"b"}', ["a"]],
    ["no other object's", '{"model":"a","tools":[{"model":"b"}]}', ["a"]],
  ])("tells all texts that stand for the model: %s", (_case, body, models) => {
    expect(inspect(body).models).toEqual(models);
  });

  it("shares the list of a body that names no model", () => {
    expect(Object.isFrozen(NO_MODELS)).toBe(true);
    for (const body of ['{"prompt":"hi"}', '{"model":7}', "no JSON"]) {
      expect(inspect(body).models).toBe(NO_MODELS);
    }
  });

  it.each(["", "{", "null", "[]", '"model"', "model=m&prompt=hi", "\u0000", "[".repeat(50_000)])(
    "has no facts of a body that is no JSON object (%#)",
    (body) => {
      expect(inspect(body)).toEqual(nothing);
    },
  );

  it.each([
    '{"messages":[null,7,"x",[]],"options":null,"images":{"length":3}}',
    '{"messages":[{"content":[null,{"type":{"toString":1,"valueOf":1}}]}]}',
    '{"__proto__":{"model":"m","images":[1]},"constructor":1}',
    `{"messages":${"[".repeat(5000)}${"]".repeat(5000)}}`,
    '{"messages":{"0":{"images":[1]},"length":1}}',
  ])("stands hostile JSON (%#)", (body) => {
    const hasWork: unknown = expect.any(Boolean);
    expect(inspect(body)).toEqual({ ...nothing, hasWork });
  });

  it("reads bytes that are a part of a larger buffer", () => {
    const whole = Buffer.from('xx{"model":"m"}xx');
    expect(inspectBody(whole.subarray(2, -2)).model).toBe("m");
  });
});
