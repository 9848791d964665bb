import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import {
  cutOff,
  dataUrl,
  drawing,
  imagePart,
  photo,
  rgbaPage,
  textPart,
  turnedPhoto,
} from "../support/image-files.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import { bodyTo, expectNativeError, idOf, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  seenIn,
  seenInBody,
  seenInStream,
  startVision,
  textOf,
} from "../support/vision-service.ts";

const PATH = "/api/v1/vlm";
const USER = { role: "user", content: "What is it?" };

/** A request about one image. */
function about(image: Buffer, more: object = {}): object {
  return { messages: [USER], images: [dataUrl(image)], ...more };
}

describe("POST /api/v1/vlm", () => {
  it("answers whole, and says what was done to the images", async () => {
    const { gateway, ollama } = await startVision();
    const image = await photo();
    const answer = await gateway.post(PATH, about(image));
    expect(answer.status).toBe(200);
    const body = await jsonOf(answer);
    const seen = seenInBody(body);
    expect(seen).toEqual({
      images: [
        {
          message: 0,
          format: "jpeg",
          width: 64,
          height: 48,
          bytes: expect.any(Number),
          channels: 3,
          hasAlpha: false,
          orientation: null,
        },
      ],
      texts: ["What is it?"],
    });
    const { latency_ms: latency, ...rest } = body;
    expect(latency).toBeGreaterThan(0);
    expect(rest).toEqual({
      message: {
        role: "assistant",
        content: JSON.stringify(seen),
        tool_calls: null,
        tool_call_id: null,
      },
      model: "eyes:latest",
      request_id: idOf(answer),
      model_load_ms: 0,
      model_warm_start: true,
      prompt_eval_count: 7,
      generation_eval_count: expect.any(Number),
      total_duration_ms: 5,
      images_processed: 1,
      compression_savings_bytes: image.length - (seen.images[0]?.bytes ?? 0),
    });
    expect(bodyTo(ollama, "/api/chat")).toMatchObject({ model: "eyes:latest", stream: false });
  });

  it("streams pieces; the last frame says what was done to the images", async () => {
    const { gateway } = await startVision();
    const answer = await gateway.post(PATH, about(await photo(), { stream: true }));
    expect(answer.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const events = await eventsOf(answer);
    const seen = seenBy(textOf(events));
    expect(seen.images).toMatchObject([{ message: 0, format: "jpeg", width: 64, height: 48 }]);
    const common = { role: "assistant", model: "eyes:latest", request_id: idOf(answer) };
    expect(events.length).toBeGreaterThan(3);
    for (const event of events.slice(0, -1)) {
      expect(event).toEqual({ chunk: expect.any(String), ...common, done: false });
    }
    expect(events.at(-1)).toMatchObject({
      chunk: "",
      ...common,
      done: true,
      prompt_eval_count: 7,
      images_processed: 1,
      compression_savings_bytes: expect.any(Number),
    });
  });

  it("scales 3300 × 2550 down to 2667 × 2060", async () => {
    const { gateway } = await startVision();
    const image = await photo({ width: 3300, height: 2550, noise: 0 });
    const seen = await seenIn(await gateway.post(PATH, about(image)));
    expect(seen.images).toMatchObject([{ format: "jpeg", width: 2667, height: 2060 }]);
  });

  it("scales to IMAGE_MAX_DIMENSION, and to the request's max_dimension where that is less", async () => {
    const { gateway } = await startVision({ IMAGE_MAX_DIMENSION: "300" });
    const image = await photo({ width: 640, height: 480, noise: 0 });
    for (const [wished, width, height] of [
      [undefined, 300, 225],
      [256, 256, 192],
      ["256", 256, 192],
      [2667, 300, 225],
    ]) {
      const seen = await seenIn(await gateway.post(PATH, about(image, { max_dimension: wished })));
      expect(seen.images).toMatchObject([{ width, height }]);
    }
  });

  it("never scales up", async () => {
    const { gateway } = await startVision();
    const answer = await gateway.post(PATH, about(await photo(), { max_dimension: 256 }));
    expect((await seenIn(answer)).images).toMatchObject([{ width: 64, height: 48 }]);
  });

  it("writes the format that the request names", async () => {
    const { gateway } = await startVision();
    const images = await Promise.all([photo(), drawing(), rgbaPage()]);
    const urls = images.map((image) => dataUrl(image, "image/png"));
    for (const format of ["jpeg", "png", "webp"]) {
      const body = { messages: [USER], images: urls, compression_format: format };
      const seen = await seenIn(await gateway.post(PATH, body));
      const shape = { format, width: 64, height: 48 };
      const hasAlpha = format !== "jpeg";
      expect(seen.images).toMatchObject([shape, shape, { ...shape, hasAlpha }]);
    }
  });

  it("sends an image on in its own format where writing a JPEG would not help", async () => {
    const { gateway } = await startVision();
    const image = await drawing();
    const body = await jsonOf(await gateway.post(PATH, about(image)));
    expect(seenInBody(body).images).toMatchObject([{ format: "png", bytes: image.length }]);
    expect(body).toMatchObject({ images_processed: 1, compression_savings_bytes: null });
  });

  it("puts what is transparent on white", async () => {
    const { gateway } = await startVision();
    const seen = await seenIn(await gateway.post(PATH, about(await rgbaPage())));
    expect(seen.images).toMatchObject([{ format: "jpeg", channels: 3, hasAlpha: false }]);
  });

  it("sets an image upright that its EXIF orientation says is turned", async () => {
    const { gateway } = await startVision();
    const size = { width: 80, height: 40 };
    const images = await Promise.all([3, 6, 8].map((turn) => turnedPhoto(turn, size)));
    const body = { messages: [USER], images: images.map((image) => dataUrl(image)) };
    const seen = await seenIn(await gateway.post(PATH, body));
    expect(seen.images).toMatchObject([
      { width: 80, height: 40, orientation: null },
      { width: 40, height: 80, orientation: null },
      { width: 40, height: 80, orientation: null },
    ]);
  });

  it("counts the longest side of an image as it is seen", async () => {
    const { gateway } = await startVision();
    const image = await turnedPhoto(6, { width: 800, height: 400, noise: 0 });
    const seen = await seenIn(await gateway.post(PATH, about(image, { max_dimension: 300 })));
    expect(seen.images).toMatchObject([{ width: 150, height: 300 }]);
  });

  it("sends the bytes on unchanged with image_compression: false", async () => {
    const { gateway, ollama } = await startVision();
    const images = [
      await photo({ width: 3000, height: 20 }),
      await rgbaPage(),
      await turnedPhoto(6, { width: 80, height: 40 }),
    ];
    const answer = await gateway.post(PATH, {
      messages: [USER],
      images: images.map((image) => dataUrl(image)),
      image_compression: false,
      compression_format: "webp",
      max_dimension: 256,
    });
    expect(await jsonOf(answer)).toMatchObject({
      images_processed: 3,
      compression_savings_bytes: null,
    });
    expect(bodyTo(ollama, "/api/chat")["messages"]).toEqual([
      { ...USER, images: images.map((image) => image.toString("base64")) },
    ]);
  });

  it("looks into images even where they go on unchanged", async () => {
    const { gateway } = await startVision();
    const answer = await gateway.post(
      PATH,
      about(cutOff(await photo()), { image_compression: false }),
    );
    await expectNativeError(answer, {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /^images\.0: The JPEG image is damaged/,
    });
  });
});

describe("the images of a request", () => {
  it("go to the last user message, in their order; what else the messages hold stays", async () => {
    const { gateway, ollama } = await startVision();
    const call = {
      id: "call_1",
      type: "function",
      function: { name: "zoom", arguments: '{"by":2}' },
    };
    const images = [await photo({ width: 50 }), await photo({ width: 60 })];
    const answer = await gateway.post(PATH, {
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "First?" },
        { role: "user", content: "Second?" },
        { role: "assistant", content: null, tool_calls: [call] },
        { role: "tool", content: "done", tool_call_id: "call_1" },
      ],
      images: images.map((image) => dataUrl(image)),
    });
    const seen = await seenIn(answer);
    expect(seen.texts).toEqual(["Be brief.", "First?", "Second?", "", "done"]);
    expect(seen.images).toMatchObject([
      { message: 2, width: 50 },
      { message: 2, width: 60 },
    ]);
    const { messages } = bodyTo(ollama, "/api/chat") as { messages: object[] };
    expect(messages.slice(3)).toEqual([
      {
        role: "assistant",
        content: "",
        tool_calls: [{ id: "call_1", function: { name: "zoom", arguments: { by: 2 } } }],
      },
      { role: "tool", content: "done", tool_call_id: "call_1", tool_name: "zoom" },
    ]);
  });

  it("are compressed once where two are equal, and save what one saves", async () => {
    const { gateway } = await startVision();
    const image = await photo();
    const both = { messages: [USER], images: [dataUrl(image), dataUrl(image, "image/png")] };
    const body = await jsonOf(await gateway.post(PATH, both));
    const [first, second] = seenInBody(body).images;
    expect(second).toEqual(first);
    expect(body).toMatchObject({
      images_processed: 2,
      compression_savings_bytes: image.length - (first?.bytes ?? 0),
    });
  });

  it("are compressed once for two requests at once, which both answer", async () => {
    const { gateway } = await startVision();
    const image = await photo({ width: 1200, height: 900 });
    const bodies = await Promise.all(
      [1, 2].map(async () => jsonOf(await gateway.post(PATH, about(image)))),
    );
    const savings = bodies.map((body) => body["compression_savings_bytes"]);
    expect(savings).toContain(null);
    expect(savings.some((bytes) => typeof bytes === "number" && bytes > 0)).toBe(true);
    for (const body of bodies) expect(seenInBody(body).images).toMatchObject([{ width: 1200 }]);
  });

  it("save nothing more when they come again, unless another size or format is asked for", async () => {
    const { gateway } = await startVision();
    const image = await photo({ width: 400, height: 300 });
    const savings = async (more: object): Promise<unknown> => {
      const body = await jsonOf(await gateway.post(PATH, about(image, more)));
      return body["compression_savings_bytes"];
    };
    expect(await savings({})).toBeGreaterThan(0);
    expect(await savings({})).toBeNull();
    expect(await savings({ max_dimension: 300 })).toBeGreaterThan(0);
    expect(await savings({ compression_format: "webp" })).toBeGreaterThan(0);
    expect(await savings({ max_dimension: 300 })).toBeNull();
  });

  it("may be many", async () => {
    const { gateway } = await startVision();
    const images = await Promise.all(
      Array.from({ length: 20 }, (_, i) => photo({ width: 30 + i, seed: i })),
    );
    const request = { messages: [USER], images: images.map((image) => dataUrl(image)) };
    const seen = await seenIn(await gateway.post(PATH, request));
    expect(seen.images.map(({ width }) => width)).toEqual(images.map((_, i) => 30 + i));
  });
});

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
      "an image part in a message",
      { messages: [{ role: "user", content: [textPart("?"), imagePart(image)] }], images: [image] },
      /send the image in the field images of \/api\/v1\/vlm/,
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
          says: /^messages\.0\.content: .*\/api\/v1\/vlm,.*\/api\/v1\/vlm\/openai/,
        });
      }
    },
  );
});
