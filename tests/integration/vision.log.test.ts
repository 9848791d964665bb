import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { HeldAnswers } from "../support/held-answers.ts";
import { dataUrl, drawing, photo, turnedPhoto } from "../support/image-files.ts";
import { bodiesTo, idOf, jsonOf, UUID, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  about,
  requestEvents,
  seenInBody,
  startVision,
  VISION_PATHS,
} from "../support/vision-service.ts";

const [NATIVE = ""] = VISION_PATHS;

/** All that the service has written, once it has stopped writing. */
async function everythingLogged({ gateway }: RunningService): Promise<string> {
  const folder = join(gateway.home, "logs");
  const files = await readdir(folder);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return texts.join("\n");
}

it.each(VISION_PATHS)("tells in requests.jsonl what was done to the images of %s", async (path) => {
  const service = await startVision();
  const { gateway } = service;
  const images = [await turnedPhoto(6, { width: 640, height: 480 }), await drawing()];
  const body = about(path, images, { max_dimension: 320 });
  const answer = await gateway.post(path, body, { headers: { "x-project-name": "albums" } });
  const { images: seen } = seenInBody(await jsonOf(answer));
  const [event] = await requestEvents(gateway, 1);
  const [turned, drawn] = images;
  expect(event).toMatchObject({
    event: "http_request",
    request_id: idOf(answer),
    project_name: "albums",
    path,
    status_code: 200,
    client_left: false,
    operation: "vlm",
    model: "eyes:latest",
    stream: false,
    images_count: 2,
    image_compression_enabled: true,
    compression_savings_bytes: (turned?.length ?? 0) - (seen[0]?.bytes ?? 0),
    cache_hit_rate: 0,
    images: [
      {
        format: "jpeg",
        width: 480,
        height: 640,
        bytes: turned?.length,
        sent_format: "jpeg",
        sent_width: 240,
        sent_height: 320,
        sent_bytes: seen[0]?.bytes,
        ratio: expect.any(Number),
        ms: expect.any(Number),
        cached: false,
      },
      {
        format: "png",
        sent_format: "png",
        bytes: drawn?.length,
        sent_bytes: drawn?.length,
        ratio: 1,
      },
    ],
  });
  const ratio = (turned?.length ?? 0) / (seen[0]?.bytes ?? 1);
  expect(event).toHaveProperty("images.0.ratio", expect.closeTo(ratio, 2));
});

it("tells which images came from the cache", async () => {
  const { gateway } = await startVision();
  const [first, second] = [await photo(), await photo({ seed: 2 })];
  await gateway.post(NATIVE, about(NATIVE, [first]));
  await gateway
    .post(NATIVE, about(NATIVE, [first, second], { stream: true }))
    .then((a) => a.text());
  const [, event] = await requestEvents(gateway, 2);
  expect(event).toMatchObject({
    stream: true,
    images_count: 2,
    cache_hit_rate: 0.5,
    images: [{ cached: true, ms: 0 }, { cached: false }],
  });
});

it("tells of a text request nothing about images", async () => {
  const { gateway } = await startVision();
  const messages = [{ role: "user", content: "hi" }];
  await gateway.post("/api/v1/chat/completions", { model: "fake", messages });
  const [event] = await requestEvents(gateway, 1);
  expect(event).toMatchObject({ operation: "chat", model: "fake" });
  expect(Object.keys(event ?? {}).filter((key) => key.includes("image"))).toEqual([]);
});

it("tells why a request was refused, and who left", async () => {
  const service = await startVision();
  const { gateway, ollama } = service;
  const refused = await gateway.post(NATIVE, about(NATIVE, ["https://example.org/secret.jpg"]));
  expect(refused.status).toBe(422);
  const chats = new HeldAnswers(ollama, "/api/chat");
  const client = new AbortController();
  const request = about(NATIVE, [await photo()]);
  const left = gateway.post(NATIVE, request, { signal: client.signal }).catch(() => "left");
  await chats.next();
  client.abort();
  expect(await left).toBe("left");
  await nothingIsHeld(service);
  expect(await requestEvents(gateway, 2)).toEqual([
    expect.objectContaining({ status_code: 422, error_code: "validation_error" }),
    expect.objectContaining({ client_left: true, images_count: 1 }),
  ]);
});

it("never writes an image, a prompt or an answer to a log", async () => {
  const service = await startVision({ API_LOG_LEVEL: "debug" });
  const { gateway, ollama } = service;
  const image = await photo();
  const secret = "the-quick-brown-fox";
  const bad = "data:image/png;base64,QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVo=";
  const on = { headers: { "x-shared-ollama-image-compression": "on" } };
  for (const path of VISION_PATHS) {
    for (const sent of [dataUrl(image), bad, "https://example.org/hidden.jpg"]) {
      const body = JSON.stringify(about(path, [sent])).replace("What is it?", secret);
      await (await gateway.post(path, body)).text();
      await (await gateway.post(path, body.replace(/}$/, ',"stream":true}'))).text();
    }
  }
  const messages = [{ role: "user", content: secret, images: [image.toString("base64")] }];
  await (await gateway.post("/api/chat", { model: "eyes", messages }, on)).text();
  await nothingIsHeld(service);
  await requestEvents(gateway, 19);
  const sent = JSON.stringify(bodiesTo(ollama, "/api/chat"));
  const base64 = /"images":\["([^"]{60})/.exec(sent)?.[1] ?? "";
  expect(base64).toHaveLength(60);
  await gateway.service.lifecycle.stop();
  const logged = await everythingLogged(service);
  expect(logged).toContain('"images_count":1');
  for (const kept of [secret, base64.slice(20), image.toString("base64", 0, 45), "QUJDREVG"]) {
    expect(logged).not.toContain(kept);
  }
  expect(logged).not.toContain("hidden.jpg");
  expect(logged).not.toMatch(/[A-Za-z0-9+/]{80}/);
});

it("gives every answer its request id", async () => {
  const { gateway } = await startVision();
  const image = await photo();
  const ids = new Set<string>();
  for (const path of VISION_PATHS) {
    for (const more of [{}, { stream: true }, { model: "nope" }, { max_dimension: 1 }]) {
      const answer = await gateway.post(path, about(path, [image], more));
      const text = await answer.text();
      const id = idOf(answer);
      expect(id).toMatch(UUID);
      expect(text).toContain(id);
      ids.add(id);
    }
  }
  expect(ids.size).toBe(12);
});
