import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { dataUrl, imagePart, photo, textPart, turnedPhoto } from "../support/image-files.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import { bodyTo, expectOpenAIError, idOf, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { loadIs, seenIn, seenInBody, startVision, textOf } from "../support/vision-service.ts";

const VLM = "/api/v1/vlm/openai";
const CHAT = "/api/v1/chat/completions";

function user(...content: object[]): object {
  return { role: "user", content };
}

describe.each([VLM, CHAT])("images on %s", (path) => {
  it("answers with a chat completion that says what was done to the images", async () => {
    const { gateway, ollama } = await startVision();
    const image = await photo();
    const request = { messages: [user(imagePart(dataUrl(image)), textPart("What is it?"))] };
    const answer = await gateway.post(path, request);
    expect(answer.status).toBe(200);
    const body = await jsonOf(answer);
    const seen = seenInBody(body);
    expect(seen.texts).toEqual(["What is it?"]);
    expect(seen.images).toMatchObject([{ message: 0, format: "jpeg", width: 64, height: 48 }]);
    expect(body).toEqual({
      id: `chatcmpl-${idOf(answer)}`,
      object: "chat.completion",
      created: expect.any(Number),
      model: "eyes:latest",
      choices: [
        {
          index: 0,
          message: {
            role: "assistant",
            content: JSON.stringify(seen),
            refusal: null,
            annotations: [],
          },
          logprobs: null,
          finish_reason: "stop",
        },
      ],
      usage: {
        prompt_tokens: 7,
        completion_tokens: expect.any(Number),
        total_tokens: expect.any(Number),
      },
      system_fingerprint: null,
      images_processed: 1,
      compression_savings_bytes: image.length - (seen.images[0]?.bytes ?? 0),
    });
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({ model: "eyes:latest", stream: false });
  });

  it("streams chunks, then [DONE]", async () => {
    const { gateway } = await startVision();
    const messages = [user(imagePart(dataUrl(await photo())))];
    const answer = await gateway.post(path, { messages, stream: true });
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = await eventsOf(answer);
    expect(seenBy(textOf(events)).images).toMatchObject([{ width: 64 }]);
    const common = {
      id: `chatcmpl-${idOf(answer)}`,
      object: "chat.completion.chunk",
      model: "eyes:latest",
    };
    for (const event of events.slice(0, -1)) expect(event).toMatchObject(common);
    expect(events[0]).toMatchObject({ choices: [{ delta: { role: "assistant" } }] });
    expect(events.at(-2)).toMatchObject({
      choices: [{ finish_reason: "stop" }],
      usage: { prompt_tokens: 7 },
    });
    expect(events.at(-1)).toBe("[DONE]");
  });

  it("leaves each image with the message that carried it", async () => {
    const { gateway } = await startVision();
    const url = async (width: number): Promise<string> => dataUrl(await photo({ width }));
    const answer = await gateway.post(path, {
      messages: [
        { role: "system", content: "Compare." },
        user(imagePart(await url(30)), textPart("one"), imagePart(await url(31)), textPart("two")),
        { role: "assistant", content: "Then?" },
        { role: "user", content: "And now" },
        user(textPart("three"), imagePart(await url(32))),
      ],
    });
    const seen = await seenIn(answer);
    expect(seen.texts).toEqual(["Compare.", "one two", "Then?", "And now", "three"]);
    expect(seen.images.map(({ message, width }) => [message, width])).toEqual([
      [1, 30],
      [1, 31],
      [4, 32],
    ]);
  });

  it("gives a message of images alone a text", async () => {
    const { gateway } = await startVision();
    const image = imagePart(dataUrl(await photo()));
    const messages = [user(image), user(image, textPart("  ")), user(textPart("?"), image)];
    const seen = await seenIn(await gateway.post(path, { messages }));
    expect(seen.texts).toEqual(["Describe this image.", "Describe this image.", "?"]);
    expect(seen.images.map(({ message }) => message)).toEqual([0, 1, 2]);
  });

  it("keeps the tool calls of messages and which call an answer belongs to", async () => {
    const { gateway, ollama } = await startVision();
    const made = { name: "zoom", arguments: '{"by":2}' };
    const call = { id: "call_1", type: "function", function: made };
    await gateway.post(path, {
      messages: [
        user(imagePart(dataUrl(await photo()))),
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", content: [textPart("done")], tool_call_id: "call_1" },
      ],
    });
    const { messages } = bodyTo(ollama, "/api/chat") as { messages: object[] };
    expect(messages.slice(1)).toEqual([
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_1", function: { name: "zoom", arguments: { by: 2 } } }],
      },
      { role: "tool", content: "done", tool_call_id: "call_1", tool_name: "zoom" },
    ]);
  });

  it("calls tools about an image", async () => {
    const { gateway, ollama } = await startVision();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const messages = [user(imagePart(dataUrl(await photo())))];
    const answering = gateway.post(path, { messages });
    const call = { function: { name: "zoom", arguments: { by: 2 } } };
    const message = { role: "assistant", content: "", tool_calls: [call] };
    (await chats.next()).json({ message, done: true, done_reason: "stop" });
    expect(await jsonOf(await answering)).toMatchObject({
      choices: [
        {
          message: { content: "", tool_calls: [{ function: { arguments: '{"by":2}' } }] },
          finish_reason: "tool_calls",
        },
      ],
      images_processed: 1,
    });
  });

  it("takes a detail, and a URL in place of the object that holds one", async () => {
    const { gateway } = await startVision();
    const url = dataUrl(await photo(), "image/png");
    const detailed = { type: "image_url", image_url: { url, detail: "high" } };
    const messages = [user(detailed, { type: "image_url", image_url: url })];
    expect((await seenIn(await gateway.post(path, { messages }))).images).toHaveLength(2);
  });

  it("heeds the image fields", async () => {
    const { gateway } = await startVision();
    const image = await turnedPhoto(6, { width: 800, height: 400, noise: 0 });
    const messages = [user(imagePart(dataUrl(image)))];
    const look = async (fields: object) =>
      (await seenIn(await gateway.post(path, { messages, ...fields }))).images[0];
    const small = { max_dimension: 300, compression_format: "webp" };
    expect(await look(small)).toMatchObject({ format: "webp", width: 150, height: 300 });
    const untouched = { width: 800, height: 400, orientation: 6, bytes: image.length };
    expect(await look({ image_compression: false })).toMatchObject(untouched);
  });

  it("takes the standard fields and unknown ones, and acts on those that it knows", async () => {
    const { gateway, ollama } = await startVision();
    const answer = await gateway.post(path, {
      messages: [{ ...user(imagePart(dataUrl(await photo()))), name: "ada" }],
      model: "eyes",
      max_tokens: 9,
      max_completion_tokens: 200,
      seed: 42,
      stop: "END",
      response_format: { type: "json_object" },
      n: 1,
      user: "ada",
      tool_choice: "auto",
      parallel_tool_calls: true,
      stream_options: { include_usage: true },
      frequency_penalty: 0.1,
      presence_penalty: 0.2,
      logprobs: false,
      extra_body: { top_k: 3 },
      metadata: { run: "7" },
      images: ["not looked at"],
      something_new: { a: 1 },
      options: { num_ctx: 1 },
      keep_alive: 0,
    });
    expect(answer.status).toBe(200);
    const { messages: _messages, ...sent } = bodyTo(ollama, "/api/chat");
    expect(sent).toEqual({
      model: "eyes",
      stream: false,
      truncate: false,
      format: "json",
      options: {
        temperature: 0.2,
        top_p: 0.9,
        top_k: 40,
        repeat_penalty: 1.1,
        num_predict: 200,
        seed: 42,
        stop: ["END"],
        frequency_penalty: 0.1,
        presence_penalty: 0.2,
      },
    });
  });

  it.each([
    [
      "the address of an image",
      imagePart("https://example.org/a.jpg"),
      "image_url.url",
      /^messages\.0\.content\.0\.image_url\.url: images are not fetched .*data:image\/jpeg;base64,/,
    ],
    [
      "an address in place of the object",
      { type: "image_url", image_url: "http://example.org/a.jpg" },
      "image_url",
      /^messages\.0\.content\.0\.image_url: images are not fetched/,
    ],
    ["bare base64", imagePart("/9j/4AAQ"), "image_url.url", /no data URL/],
    ["an empty address", imagePart(""), "image_url.url", /no data URL/],
    [
      "text that says it is HTML",
      imagePart("data:text/html;base64,PGI+"),
      "image_url.url",
      /text\/html/,
    ],
    [
      "a data URL without base64",
      imagePart("data:image/svg+xml,<svg/>"),
      "image_url.url",
      /;base64,/,
    ],
  ])("refuses %s with 422 in OpenAI's form", async (_what, part, param, says) => {
    const { gateway, ollama } = await startVision();
    const answer = await gateway.post(path, { messages: [user(part, textPart("?"))] });
    await expectOpenAIError(answer, {
      status: 422,
      code: "validation_error",
      type: "invalid_request_error",
      param: `messages.0.content.0.${param}`,
      says,
    });
    expect(ollama.to("/api/chat")).toEqual([]);
    await nothingIsHeld({ gateway });
  });

  it.each([
    ["an image that is no text", { type: "image_url", image_url: { url: 5 } }],
    ["an image part that is empty", { type: "image_url" }],
    ["a part of an unknown type", { type: "input_audio", input_audio: {} }],
  ])("refuses %s with 422", async (_what, part) => {
    const { gateway } = await startVision();
    await expectOpenAIError(await gateway.post(path, { messages: [user(part)] }), {
      status: 422,
      code: "validation_error",
      type: "invalid_request_error",
      param: expect.stringMatching(/^messages\.0\.content/),
    });
  });

  it("shows a failure inside a stream as a frame before [DONE]", async () => {
    const { gateway, ollama } = await startVision();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const messages = [user(imagePart(dataUrl(await photo())))];
    const answering = gateway.post(path, { messages, stream: true });
    const held = await chats.next();
    held.piece("A c");
    const answer = await answering;
    held.crash();
    const events = await eventsOf(answer);
    expect(events.slice(-2)).toEqual([
      expect.objectContaining({
        error: expect.objectContaining({ code: "upstream_unavailable", type: "server_error" }),
        request_id: idOf(answer),
      }),
      "[DONE]",
    ]);
    await nothingIsHeld({ gateway });
  });
});

describe("POST /api/v1/vlm/openai", () => {
  it("refuses a request without an image with 422 and says where text goes", async () => {
    const { gateway } = await startVision();
    for (const content of ["What is it?", [textPart("What is it?")]]) {
      const answer = await gateway.post(VLM, { messages: [{ role: "user", content }] });
      await expectOpenAIError(answer, {
        status: 422,
        code: "validation_error",
        type: "invalid_request_error",
        param: "messages",
        says: /image is needed.*\/api\/v1\/chat\/completions/,
      });
    }
  });
});

describe("POST /api/v1/chat/completions", () => {
  it("counts a request without images as text and one with images as vision", async () => {
    const service = await startVision({ UPSTREAM_PARALLEL: "2" });
    const { gateway, ollama } = service;
    const chats = new HeldAnswers(ollama, "/api/chat");
    const text = gateway.post(CHAT, { model: "fake", messages: [user(textPart("hi"))] });
    await chats.came(1);
    await loadIs(service, { text: 1, vision: 0 }, "a request of text is under way");
    const messages = [user(imagePart(dataUrl(await photo())))];
    const vision = gateway.post(CHAT, { model: "eyes", messages });
    await chats.came(2);
    await loadIs(service, { text: 1, vision: 1 }, "a request with an image is under way");
    for (const held of chats.all) held.json({ message: { content: "x" }, done: true });
    const [words, pictures] = await Promise.all([text, vision].map(async (a) => jsonOf(await a)));
    expect(words).not.toHaveProperty("images_processed");
    expect(pictures).toMatchObject({ images_processed: 1 });
  });

  it("leaves a text model's default and its rights alone without images", async () => {
    const { gateway, ollama } = await startVision({ OLLAMA_DEFAULT_TEXT_MODEL: "fake" });
    const answer = await gateway.post(CHAT, { messages: [user(textPart("hi"))] });
    expect(answer.status).toBe(200);
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({ model: "fake" });
    expect(ollama.to("/api/show")).toEqual([]);
  });
});
