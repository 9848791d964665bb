import { describe, expect, it } from "vitest";
import { eventsOf } from "../support/event-stream.ts";
import { cutOff, dataUrl, drawing, photo, rgbaPage, turnedPhoto } from "../support/image-files.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import { bodyTo, expectNativeError, idOf, jsonOf } from "../support/service.ts";
import { seenIn, seenInBody, startVision, textOf } from "../support/vision-service.ts";
import { PATH, USER, about } from "./vision-native-set-up.ts";

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
    for (const [requested, width, height] of [
      [undefined, 300, 225],
      [256, 256, 192],
      ["256", 256, 192],
      [2667, 300, 225],
    ]) {
      const seen = await seenIn(
        await gateway.post(PATH, about(image, { max_dimension: requested })),
      );
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
