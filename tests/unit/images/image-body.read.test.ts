import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readImageBody, type ImageBody } from "../../../src/images/image-body.ts";

const read = (json: string, maxImageBytes = 100): ImageBody =>
  readImageBody({ body: Buffer.from(json), maxImageBytes });

const readValue = (value: unknown): Extract<ImageBody, { ok: true }> => {
  const result = read(JSON.stringify(value));
  if (!result.ok) throw new Error(result.message);
  return result;
};

const url = (text: string): string =>
  `data:image/png;base64,${Buffer.from(text).toString("base64")}`;
const hashOf = (text: string): string => createHash("sha256").update(text).digest("hex");

const decoded = (path: string, text: string) => ({
  ok: true,
  path,
  bytes: new Uint8Array(Buffer.from(text)),
  hash: hashOf(text),
});

describe("readImageBody", () => {
  it("takes the images out and leaves their numbers", () => {
    const { value, images } = readValue({
      model: "m",
      images: [url("one"), url("two")],
      messages: [
        {
          role: "user",
          content: [{ type: "image_url", image_url: { url: url("three"), detail: "low" } }],
        },
      ],
    });
    expect(value).toEqual({
      model: "m",
      images: ["0", "1"],
      messages: [
        { role: "user", content: [{ type: "image_url", image_url: { url: "2", detail: "low" } }] },
      ],
    });
    expect(images).toEqual([
      decoded("images.0", "one"),
      decoded("images.1", "two"),
      decoded("messages.0.content.0.image_url.url", "three"),
    ]);
  });

  it("numbers the images of a batch through", () => {
    const { value, images } = readValue({
      requests: [{ images: [url("a")] }, { images: [url("b")] }],
    });
    expect(value).toEqual({ requests: [{ images: ["0"] }, { images: ["1"] }] });
    expect(images.map(({ path }) => path)).toEqual(["requests.0.images.0", "requests.1.images.0"]);
  });

  it("tells for each image that cannot be used where it stands and why", () => {
    const { images } = readValue({
      images: ["https://x/a.png", url("x".repeat(101)), "data:image/png;base64,QŁ==", "0", ""],
    });
    expect(images).toMatchObject(
      [
        { ok: false, path: "images.0", code: "validation_error", message: /not fetched/ },
        { ok: false, path: "images.1", code: "invalid_request", message: /has 101 bytes/ },
        { ok: false, path: "images.2", code: "invalid_request", message: /not whole base64/ },
        { ok: false, path: "images.3", code: "validation_error", message: /no data URL/ },
        { ok: false, path: "images.4", code: "validation_error", message: /no data URL/ },
      ].map((image) => ({ ...image, message: expect.stringMatching(image.message) as string })),
    );
  });

  it("decodes an image that is there twice into two, for each is handed over", () => {
    const { images } = readValue({ images: [url("a"), url("a")] });
    expect(images).toEqual([decoded("images.0", "a"), decoded("images.1", "a")]);
    const [first, second] = images;
    expect(first?.ok && second?.ok && first.bytes.buffer !== second.bytes.buffer).toBe(true);
  });

  it("reads data URLs that are written with escapes", () => {
    const { images } = readValue({ images: [url("???")] });
    const escaped = String.raw`{"images":["data:image\/png;base64,Pz8\/"]}`;
    expect(read(escaped)).toEqual({ ok: true, value: { images: ["0"] }, images });
  });

  it("leaves texts and other values alone", () => {
    const value = {
      prompt: url("a"),
      images: [1, null, [url("a")]],
      messages: [{ content: url("a") }],
    };
    expect(readValue(value)).toEqual({ ok: true, value, images: [] });
  });

  it.each(["", "{", "nope", '{"images":["a"', "﻿{}", "\0"])("says what is no JSON: %j", (json) => {
    expect(read(json)).toEqual({ ok: false, message: expect.stringMatching(/./) as string });
  });

  it.each([
    "null",
    "7",
    '"data:image/png;base64,QUJD"',
    "[]",
    "{}",
    '["data:image/png;base64,QUJD"]',
  ])("reads JSON that is no body: %s", (json) =>
    expect(read(json)).toEqual({ ok: true, value: JSON.parse(json), images: [] }),
  );

  it("reads bytes that are no UTF-8 with marks in their places, as JSON from the network", () => {
    const body = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff, 0xc3]),
      Buffer.from('"}'),
    ]);
    expect(readImageBody({ body, maxImageBytes: 1 })).toMatchObject({
      value: { a: "\u{fffd}\u{fffd}" },
    });
  });

  it("keeps a field __proto__ as a field", () => {
    const result = read('{"__proto__":{"images":["a"],"isAdmin":true}}');
    const value = result.ok ? (result.value as Record<string, unknown>) : {};
    expect(Object.keys(value)).toEqual(["__proto__"]);
    expect(value["isAdmin"]).toBeUndefined();
    expect(result).toMatchObject({ images: [] });
  });

  it("takes 500 levels and refuses more as data: they could not leave a thread", () => {
    const nested = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
    expect(read(nested(500))).toMatchObject({ ok: true });
    const refusal = { ok: false, message: "The body is nested more than 500 levels deep" };
    expect(read(nested(501))).toEqual(refusal);
    expect(read(`{"a":[1,{"b":${nested(499)}}]}`)).toEqual(refusal);
    // Bun's parser itself gives up here; it too says so.
    expect(read(nested(1_000_000))).toMatchObject({ ok: false });
    expect(read(`{"a":${"[1],".repeat(1).slice(0, -1)},"b":${nested(400)}}`)).toMatchObject({
      ok: true,
    });
  });

  it("takes a thousand images, and refuses a body with more", () => {
    const many = (count: number) => JSON.stringify({ images: Array(count).fill(url("a")) });
    const { images } = readValue(JSON.parse(many(1000)));
    expect(images).toHaveLength(1000);
    expect(images[999]).toEqual(decoded("images.999", "a"));
    const message = "The body has 10000 images; the limit is 1000";
    expect(read(many(10_000))).toEqual({ ok: false, message });
  });

  it("counts a large body before it is parsed", () => {
    const wide = (count: number) => `{"a":[${"1,".repeat(count)}1]}`;
    expect(read(wide(79_997))).toMatchObject({ ok: true });
    const message = "The body has more than 80000 JSON values";
    expect(read(wide(79_998))).toEqual({ ok: false, message });
  });
});
