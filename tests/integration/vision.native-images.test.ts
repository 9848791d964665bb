import { describe, expect, it } from "vitest";
import { dataUrl, photo } from "../support/image-files.ts";
import { bodyTo, jsonOf } from "../support/service.ts";
import { seenIn, seenInBody, startVision } from "../support/vision-service.ts";
import { PATH, USER, about } from "./vision-native-set-up.ts";

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
