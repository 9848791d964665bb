import { describe, expect, it } from "vitest";
import { expectErrorOf } from "../support/dialect-errors.ts";
import { eventsOf } from "../support/event-stream.ts";
import { photo } from "../support/image-files.ts";
import { bodiesTo, jsonOf } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { about, startVision, VISION_PATHS } from "../support/vision-service.ts";

/** Fewer tokens than the question about the images has words. */
const CONTEXT = 2;
const HEADER = "x-shared-ollama-truncated";

const imagesIn = ({ messages }: Record<string, unknown>): unknown =>
  (messages as { images?: string[] }[]).map(({ images }) => images);

describe.each(VISION_PATHS)("a prompt of %s that does not fit", (path) => {
  it("goes out again with truncation and the very same images", async () => {
    const { gateway, ollama } = await startVision({}, { contextLength: CONTEXT });
    const images = [await photo({ seed: 1 }), await photo({ seed: 2 })];
    const answer = await gateway.post(path, about(path, images));
    expect(answer.status).toBe(200);
    expect(answer.headers.get(HEADER)).toBe(`kept=${CONTEXT}`);
    expect(await jsonOf(answer)).toMatchObject({
      truncated: { kept: CONTEXT },
      images_processed: 2,
    });
    const bodies = bodiesTo(ollama, "/api/chat");
    expect(bodies.map(({ truncate }) => truncate)).toEqual([false, true]);
    const [first, second] = bodies.map(imagesIn);
    expect(first).toEqual([[expect.stringMatching(/^[\w+/]{100}/), expect.any(String)]]);
    expect(second).toEqual(first);
    await nothingIsHeld({ gateway });
  });

  it("is told in the last part of a stream", async () => {
    const { gateway } = await startVision({}, { contextLength: CONTEXT });
    const body = about(path, [await photo({ seed: 1 })], { stream: true });
    const events = await eventsOf(await gateway.post(path, body));
    const frames = events.filter((event) => typeof event !== "string");
    expect(frames.at(-1)).toMatchObject({ truncated: { kept: CONTEXT } });
  });

  it("is refused, once, where the client wants no part of it cut", async () => {
    const { gateway, ollama } = await startVision({}, { contextLength: CONTEXT });
    const body = about(path, [await photo({ seed: 1 })], { truncate: false });
    const answer = await gateway.post(path, body);
    await expectErrorOf(path, answer, { status: 400, code: "prompt_too_large" });
    expect(ollama.to("/api/chat")).toHaveLength(1);
    await nothingIsHeld({ gateway });
  });

  it("is refused with its numbers by Ollama 0.30, which cuts none with images", async () => {
    const fake = { contextLength: CONTEXT, version: "0.30.0" } as const;
    const { gateway, ollama } = await startVision({}, fake);
    const answer = await gateway.post(path, about(path, [await photo({ seed: 1 })]));
    const body = await expectErrorOf(path, answer, { status: 400, code: "prompt_too_large" });
    expect(JSON.stringify(body)).toMatch(/"prompt_tokens":\d+,"context_tokens":2\b/);
    expect(ollama.to("/api/chat")).toHaveLength(2);
    await nothingIsHeld({ gateway });
  });
});
