import { describe, expect, it } from "vitest";
import { dataUrl, imagePart, photo, textPart } from "../support/image-files.ts";
import { bodyTo, expectNativeError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { seenIn, seenInStream, startVision } from "../support/vision-service.ts";
import { PATH, USER, about } from "./vision-native-set-up.ts";

describe("the other fields of /api/v1/vlm", () => {
  it("reach the model as those of chat do", async () => {
    const { gateway, ollama } = await startVision();
    const schema = { type: "object", properties: { kind: { type: "string" } } };
    const tool = { type: "function", function: { name: "zoom", parameters: {} } };
    await gateway.post(PATH, {
      ...about(await photo()),
      model: "eyes",
      max_tokens: "200",
      temperature: 0,
      response_format: { type: "json_schema", json_schema: { name: "kind", schema } },
      tools: [tool],
      keep_alive: "5m",
      think: false,
    });
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({
      model: "eyes",
      format: schema,
      tools: [tool],
      keep_alive: "5m",
      think: false,
      options: { temperature: 0, num_predict: 200, top_p: 0.9, top_k: 40, repeat_penalty: 1.1 },
    });
  });

  it("may be those that POML renders, with images beside them", async () => {
    const { gateway, ollama } = await startVision();
    const schema = { type: "object", properties: {} };
    const answer = await gateway.post(PATH, {
      messages: [
        { role: "system", content: [textPart("You read"), textPart("pictures.")] },
        { role: "user", content: [textPart("What is it?")] },
      ],
      tools: [
        { type: "function", function: { name: "zoom", description: "", parameters: schema } },
      ],
      response_format: {
        type: "json_schema",
        json_schema: { name: "schema", schema, strict: true },
      },
      model: "eyes",
      temperature: 0.5,
      max_tokens: 300,
      top_p: 0.8,
      frequency_penalty: 0.5,
      presence_penalty: 0.2,
      images: [dataUrl(await photo())],
    });
    const seen = await seenIn(answer);
    expect(seen.texts).toEqual(["You read pictures.", "What is it?"]);
    expect(seen.images).toMatchObject([{ message: 1 }]);
    expect(bodyTo(ollama, "/api/chat")["options"]).toMatchObject({ frequency_penalty: 0.5 });
  });

  it("stream with JSON mode as without", async () => {
    const { gateway, ollama } = await startVision();
    const request = about(await photo(), { stream: true, format: "json" });
    const seen = await seenInStream(await gateway.post(PATH, request));
    expect(seen.images).toHaveLength(1);
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({ format: "json", stream: true });
  });

  const image = "data:image/gif;base64,R0lGODlhAQABAIAAAP///wAAACwAAAAAAQABAAACAkQBADs=";
  it.each([
    ["no images", { messages: [USER] }, /^images: /],
    ["an empty list of images", { messages: [USER], images: [] }, /^images: /],
    ["images that are no list", { messages: [USER], images: image }, /^images: /],
    ["an image that is no text", { messages: [USER], images: [{ url: image }] }, /^images\.0: /],
    ["no messages", { images: [image] }, /^messages: /],
    ["an empty list of messages", { messages: [], images: [image] }, /^messages: /],
    [
      "no message of a user",
      { messages: [{ role: "system", content: "x" }], images: [image] },
      /^messages: a user message is needed/,
    ],
    [
      "content that is no text",
      { messages: [{ role: "user", content: 7 }], images: [image] },
      /^messages\.0\.content: /,
    ],
    [
      "an image neither in the field nor in a message",
      { messages: [{ role: "user", content: [textPart("?")] }] },
      /^images: an image is needed, here or as a part of a message/,
    ],
    ["an unknown field", { messages: [USER], images: [image], picture: 1 }, /picture/],
    [
      "an unknown field of a message",
      { messages: [{ ...USER, images: [image] }], images: [image] },
      /^messages\.0: .*images/,
    ],
    ["a small max_dimension", { messages: [USER], images: [image], max_dimension: 255 }, /255|256/],
    ["a large max_dimension", { messages: [USER], images: [image], max_dimension: 2668 }, /2667/],
    [
      "an unknown compression_format",
      { messages: [USER], images: [image], compression_format: "gif" },
      /^compression_format: /,
    ],
    [
      "image_compression that is no switch",
      { messages: [USER], images: [image], image_compression: "no" },
      /^image_compression: /,
    ],
    ["a body that is a list", [image], /not a JSON object/],
    ["a body that is no JSON", "{", /not JSON/],
    ["an empty body", "", /empty/],
  ])("are refused with 422: %s", async (_what, body, says) => {
    const { gateway, ollama } = await startVision();
    const answer = await gateway.post(PATH, body);
    const error = { status: 422, code: "validation_error", type: "ValidationError", says };
    await expectNativeError(answer, error);
    expect(ollama.to("/api/chat")).toEqual([]);
    await nothingIsHeld({ gateway });
  });
});

describe("image parts on the service's other native routes", () => {
  it.each(["/api/v1/chat", "/api/v1/generate"])(
    "are refused by %s, which says where",
    async (path) => {
      const { gateway } = await startVision();
      const image = imagePart(dataUrl(await photo()));
      for (const parts of [
        [textPart("?"), image],
        [image],
        [imagePart("https://example.org/a.jpg")],
      ]) {
        const answer = await gateway.post(path, { messages: [{ role: "user", content: parts }] });
        await expectNativeError(answer, {
          status: 422,
          code: "validation_error",
          type: "ValidationError",
          says: /^messages\.0\.content: .*\/api\/v1\/vlm or .*\/api\/v1\/vlm\/openai/,
        });
      }
    },
  );
});
