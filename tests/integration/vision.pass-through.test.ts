import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Received } from "../support/fake-ollama.ts";
import {
  bombPng,
  cutOff,
  dataUrl,
  drawing,
  imagePart,
  photo,
  rgbaPage,
  slowPhoto,
  textPart,
  turnedPhoto,
} from "../support/image-files.ts";
import { chunkBytes, LAST_CHUNK } from "../support/http-wire.ts";
import { connectRaw } from "../support/raw-client.ts";
import { seenBy } from "../support/seeing-ollama.ts";
import type { RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import { loadIs, requestEvents, seenIn, startVision } from "../support/vision-service.ts";

const HEADER = "x-shared-ollama-image-compression";
const DROP_IN = ["/api/chat", "/api/generate", "/v1/chat/completions"];

/** A request about images in Ollama's or OpenAI's dialect. */
function about(path: string, images: Buffer[]): object {
  const base64 = images.map((image) => image.toString("base64"));
  const common = { model: "eyes", stream: false };
  if (path === "/api/generate") return { ...common, prompt: "?", images: base64 };
  if (path === "/api/chat") {
    return { ...common, messages: [{ role: "user", content: "?", images: base64 }] };
  }
  const content = [textPart("?"), ...images.map((image) => imagePart(dataUrl(image, "image/png")))];
  return { ...common, messages: [{ role: "user", content }] };
}

/** Posts with the header; null leaves it out. */
function post(
  { gateway }: Pick<RunningService, "gateway">,
  path: string,
  body: object | string,
  compression: string | null = "on",
  init: RequestInit = {},
): Promise<Response> {
  const headers = {
    "content-type": "application/json",
    ...(compression === null ? {} : { [HEADER]: compression }),
  };
  return gateway.post(path, body, { ...init, headers });
}

/** What the server received on a path, the only request. */
function received({ ollama }: RunningService, path: string): Received {
  const all = ollama.to(path);
  expect(all).toHaveLength(1);
  const [only] = all;
  if (!only) throw new Error(`nothing has come to ${path}`);
  return only;
}

function headerOf({ rawHeaders }: Received, name: string): string[] {
  return rawHeaders.filter((_, i) => rawHeaders[i - 1]?.toLowerCase() === name && i % 2 === 1);
}

describe.each(DROP_IN)("images on %s", (path) => {
  it("are compressed when the header says on", async () => {
    const service = await startVision();
    const images = [
      await photo({ width: 3000, height: 40 }),
      await rgbaPage(),
      await turnedPhoto(6, { width: 80, height: 40 }),
    ];
    const seen = await seenIn(await post(service, path, about(path, images)));
    expect(seen.images).toMatchObject([
      { format: "jpeg", width: 2667, height: 35 },
      { format: "jpeg", width: 64, height: 48, hasAlpha: false },
      { format: "jpeg", width: 40, height: 80, orientation: null },
    ]);
    expect(seen.texts).toEqual(["?"]);
    const request = received(service, path);
    expect(headerOf(request, HEADER)).toEqual([]);
    expect(headerOf(request, "content-length")).toEqual([String(request.body.length)]);
    await nothingIsHeld(service);
  });

  it.each(["off", null])(
    "are left as they are, byte for byte (header: %s)",
    async (compression) => {
      const service = await startVision();
      const body = JSON.stringify(about(path, [await photo({ width: 3000, height: 40 })]), null, 1);
      expect((await post(service, path, body, compression)).status).toBe(200);
      const request = received(service, path);
      expect(request.body.equals(Buffer.from(body))).toBe(true);
      expect(headerOf(request, HEADER)).toEqual([]);
    },
  );

  it("may not be asked for in other words: 400", async () => {
    const service = await startVision();
    const body = about(path, [await photo()]);
    for (const compression of ["yes", "true", "ON", "1", "on, off", ""]) {
      const answer = await post(service, path, body, compression);
      expect(await answer.text()).toContain("X-Shared-Ollama-Image-Compression takes on or off");
      expect(answer.status).toBe(400);
    }
    expect(service.ollama.to(path)).toEqual([]);
    await nothingIsHeld(service);
  });

  it("that cannot be used are left to the server to refuse, the others are compressed", async () => {
    const service = await startVision();
    const sound = await photo();
    for (const bad of [cutOff(sound), Buffer.from("no image"), bombPng(50_000)]) {
      service.ollama.received.length = 0;
      const answer = await post(service, path, about(path, [sound, bad]));
      expect(answer.status).toBe(400);
      expect(await answer.text()).toContain("invalid image");
      const body = received(service, path).body.toString();
      expect(body.includes(bad.toString("base64"))).toBe(true);
      expect(body.includes(sound.toString("base64"))).toBe(false);
    }
    await nothingIsHeld(service);
  });

  it("may stand beside sound, which is left as it is", async () => {
    const service = await startVision();
    const sound = Buffer.concat([Buffer.from("RIFF\x24\0\0\0WAVEfmt "), Buffer.alloc(5000)]);
    const part = {
      type: "input_audio",
      input_audio: { data: sound.toString("base64"), format: "wav" },
    };
    const chat = about("/api/chat", [sound]);
    await post(service, "/api/chat", chat);
    expect(received(service, "/api/chat").body.toString()).toBe(JSON.stringify(chat));
    const completion = { model: "eyes", messages: [{ role: "user", content: [part] }] };
    await post(service, "/v1/chat/completions", completion);
    expect(received(service, "/v1/chat/completions").body.toString()).toBe(
      JSON.stringify(completion),
    );
  });

  it("are compressed in a body of several megabytes", async () => {
    const service = await startVision();
    const images = await Promise.all([1, 2, 3].map((seed) => slowPhoto(seed)));
    // Larger than any socket takes at once, and than what is parsed on the main thread.
    const padding = "ü".repeat(2_000_000);
    const body = { ...about(path, images), padding };
    const seen = await seenIn(await post(service, path, body));
    expect(seen.images).toMatchObject([{ width: 800 }, { width: 800 }, { width: 800 }]);
    const sent = JSON.parse(received(service, path).body.toString()) as { padding: string };
    expect(sent.padding === padding).toBe(true);
    await nothingIsHeld(service);
  });

  it("stop being compressed when the client leaves", async () => {
    const service = await startVision({ WORKER_THREADS: "1" });
    const images = await Promise.all([1, 2, 3, 4, 5, 6, 7, 8].map((seed) => slowPhoto(seed)));
    const client = new AbortController();
    const { signal } = client;
    const left = post(service, path, about(path, images), "on", { signal }).catch(() => "left");
    // One on the thread, one that waits for it; the others have not begun.
    await loadIs(service, { vision: 1, tasks: 2 }, "the images are being compressed");
    client.abort();
    expect(await left).toBe("left");
    await nothingIsHeld(service);
    expect(service.ollama.to(path)).toEqual([]);
    const next = await post(service, path, about(path, [await photo()]));
    expect((await seenIn(next)).images).toHaveLength(1);
  });

  it("are told of in requests.jsonl", async () => {
    const { gateway } = await startVision();
    await post({ gateway }, path, about(path, [await photo(), await drawing()]));
    await post({ gateway }, path, about(path, [await photo()]), "off");
    const [compressed, plain] = await requestEvents(gateway, 2);
    expect(compressed).toMatchObject({
      images_count: 2,
      image_compression_enabled: true,
      compression_savings_bytes: expect.any(Number),
      images: [{ sent_format: "jpeg" }, { sent_format: "png" }],
    });
    expect(plain).not.toHaveProperty("images_count");
  });
});

describe("a body whose images are compressed", () => {
  const IMAGE = "@image@";

  /** The text without its images, and these. */
  function split(text: string): { rest: string; images: string[] } {
    const images: string[] = [];
    const rest = text.replaceAll(/(?:data:image\/\w+;base64,)?[A-Za-z0-9+/]{200,}=*/g, (image) => {
      images.push(image);
      return IMAGE;
    });
    return { rest, images };
  }

  it("keeps every other byte: numbers, order, spaces, escapes, unicode", async () => {
    const service = await startVision();
    const [first, second] = [await photo(), await photo({ seed: 2 })];
    const body =
      `\r\n{ "stream":false,\t"seed": 12345678901234567890, "x": 1.0e+2,"model":"eyes" ,\n` +
      `"2":"b","1":"a","text":"\\u00fc\\/ü🦙 \\ud83e\\udd99 \\"images\\":[\\"${IMAGE}\\"]",\n` +
      `"messages":[{"role":"system","content":"ä\\n"},{"images":[ "${first.toString("base64")}" ,` +
      `"${second.toString("base64")}"],"content":"\\u0041 ✓","role":"user","extra":{"b":[],"a":{}}}] }  `;
    const answer = await post(service, "/api/chat", body);
    expect((await seenIn(answer)).texts).toEqual(["ä\n", "A ✓"]);
    const sent = split(received(service, "/api/chat").body.toString());
    expect(sent.rest).toBe(split(body).rest);
    expect(sent.images).toHaveLength(2);
    for (const image of [first, second]) {
      expect(sent.images.includes(image.toString("base64"))).toBe(false);
    }
  });

  it("has data URLs of the new type, and addresses as they were", async () => {
    const service = await startVision();
    const url = "https://example.org/ü.jpg?a=1&b=\u2028";
    const images = [dataUrl(await photo(), "image/png"), dataUrl(await drawing(), "image/jpg")];
    const parts = [
      imagePart(images[0] ?? ""),
      { type: "image_url", image_url: { detail: "low", url: images[1] } },
      imagePart(url),
      { type: "image_url", image_url: images[0] },
    ];
    const body = JSON.stringify({ model: "eyes", messages: [{ role: "user", content: parts }] });
    const answer = await post(service, "/v1/chat/completions", body);
    // The server does not fetch either, and says so in its own words.
    expect(await answer.text()).toContain("image URLs are not currently supported");
    const sent = split(received(service, "/v1/chat/completions").body.toString());
    expect(sent.rest).toBe(split(body).rest);
    expect(sent.rest).toContain(JSON.stringify(url));
    const heads = sent.images.map((image) => image.slice(0, image.indexOf(",") + 1));
    const [jpeg, png] = ["data:image/jpeg;base64,", "data:image/png;base64,"];
    expect(heads).toEqual([jpeg, png, jpeg]);
    expect(sent.images[0] === images[0]).toBe(false);
    expect(sent.images[2] === sent.images[0]).toBe(true);
  });

  it("may have a data URL whose parameters are no ASCII", async () => {
    const service = await startVision();
    const url = dataUrl(await photo(), "image/png;name=bär.png");
    const body = JSON.stringify({
      model: "eyes",
      stream: false,
      messages: [{ role: "user", content: [imagePart(url), textPart("?")] }],
    });
    await post(service, "/v1/chat/completions", body);
    const sent = received(service, "/v1/chat/completions").body.toString();
    expect(split(sent).rest.replace(/data:.*@image@/, IMAGE)).toBe(
      split(body).rest.replace(/data:.*@image@/, IMAGE),
    );
  });

  it("may hold the same image several times, and it in its text", async () => {
    const service = await startVision();
    const image = await photo();
    const base64 = image.toString("base64");
    const messages = [
      { role: "user", content: base64, images: [base64] },
      { role: "user", content: `"${base64}"`, images: [base64, base64] },
    ];
    const body = { model: "eyes", stream: false, messages };
    const seen = await seenIn(await post(service, "/api/chat", body));
    expect(seen.texts.map((text) => text.replace(base64, IMAGE))).toEqual([IMAGE, `"${IMAGE}"`]);
    expect(seen.images.map(({ message }) => message)).toEqual([0, 1, 1]);
    for (const { bytes } of seen.images) expect(bytes).toBeLessThan(image.length);
  });

  it("may have come in chunks, its header in capitals", async () => {
    const service = await startVision();
    const client = await connectRaw(service.gateway.url);
    const text = JSON.stringify(about("/api/chat", [await photo()]));
    const answer = client.ask({
      method: "POST",
      target: "/api/chat",
      headers: [
        [HEADER.toUpperCase(), "on"],
        ["Transfer-Encoding", "chunked"],
      ],
    });
    for (const [from, to] of [
      [0, 1000],
      [1000, 1001],
      [1001, text.length],
    ]) {
      client.send(chunkBytes(text.slice(from, to)));
    }
    client.send(LAST_CHUNK);
    expect(await answer.ended()).toBe("complete");
    expect(answer.status).toBe(200);
    const { message } = JSON.parse(answer.text) as { message: { content: string } };
    expect(seenBy(message.content).images).toMatchObject([{ format: "jpeg" }]);
    const request = received(service, "/api/chat");
    expect(headerOf(request, HEADER)).toEqual([]);
    expect(headerOf(request, "transfer-encoding")).toEqual([]);
    expect(headerOf(request, "content-length")).toEqual([String(request.body.length)]);
  });

  it("may be for OpenAI's responses", async () => {
    const service = await startVision();
    service.ollama.script("/v1/responses", (_request, response) => void response.end("{}"));
    const url = dataUrl(await photo({ width: 3000, height: 30 }), "image/png");
    const image = { type: "input_image", detail: "auto", image_url: url };
    const content = [{ type: "input_text", text: "?" }, image];
    const body = JSON.stringify({ model: "eyes", input: [{ role: "user", content }] });
    expect((await post(service, "/v1/responses", body)).status).toBe(200);
    const sent = split(received(service, "/v1/responses").body.toString());
    expect(sent.rest).toBe(split(body).rest);
    const [small = ""] = sent.images;
    expect(small.startsWith("data:image/jpeg;base64,")).toBe(true);
    const { width } = await sharp(Buffer.from(small.split(",")[1] ?? "", "base64")).metadata();
    expect(width).toBe(2667);
  });

  it("stays as it is in Anthropic's dialect, which is not known to it", async () => {
    const service = await startVision();
    service.ollama.script("/v1/messages", (_request, response) => void response.end("{}"));
    const source = {
      type: "base64",
      media_type: "image/jpeg",
      data: (await photo()).toString("base64"),
    };
    const content = [{ type: "image", source }];
    const body = JSON.stringify({ model: "eyes", messages: [{ role: "user", content }] });
    expect((await post(service, "/v1/messages", body)).status).toBe(200);
    expect(received(service, "/v1/messages").body.equals(Buffer.from(body))).toBe(true);
  });

  it("streams its answer as without", async () => {
    const service = await startVision();
    const body = { ...about("/api/chat", [await photo()]), stream: true };
    const lines = (await (await post(service, "/api/chat", body)).text()).trim().split("\n");
    const pieces = lines.map((line) => JSON.parse(line) as { message: { content: string } });
    const seen = seenBy(pieces.map(({ message }) => message.content).join(""));
    expect(seen.images).toMatchObject([{ format: "jpeg" }]);
    expect(lines.length).toBeGreaterThan(3);
    await nothingIsHeld(service);
  });
});

describe("the header on other requests", () => {
  it("does not reach the server, and changes nothing", async () => {
    const service = await startVision();
    const body = '{"model":"fake","stream":false,"messages":[{"role":"user","content":"hi"}]}';
    expect((await post(service, "/api/chat", body)).status).toBe(200);
    expect((await service.gateway.get("/api/tags", { headers: { [HEADER]: "on" } })).status).toBe(
      200,
    );
    expect(received(service, "/api/chat").body.toString()).toBe(body);
    for (const request of service.ollama.received) expect(headerOf(request, HEADER)).toEqual([]);
  });

  it("has to be on or off also where there is no image", async () => {
    const service = await startVision();
    const body = { model: "fake", messages: [{ role: "user", content: "hi" }] };
    expect((await post(service, "/api/chat", body, "maybe")).status).toBe(400);
    await nothingIsHeld(service);
  });

  it("may come with a body that is no JSON, which the server refuses", async () => {
    const service = await startVision();
    const answer = await post(service, "/api/chat", "{");
    expect([answer.status, await answer.json()]).toEqual([400, { error: "unexpected EOF" }]);
  });
});
