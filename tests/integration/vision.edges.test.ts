import sharp from "sharp";
import { describe, expect, it } from "vitest";
import type { Gateway } from "../support/gateway.ts";
import { liveHeapBytes } from "../support/heap.ts";
import {
  bombPng,
  cutOff,
  dataUrl,
  longGif,
  photo,
  rgbaPage,
  scribbledOver,
} from "../support/image-files.ts";
import { expectNativeError, expectOpenAIError } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  about,
  expectNoFaults,
  seenIn,
  startVision,
  VISION_PATHS,
} from "../support/vision-service.ts";

const [NATIVE = "", ...OPENAI] = VISION_PATHS;

function ask(gateway: Gateway, path: string, url: string, more: object = {}): Promise<Response> {
  return gateway.post(path, about(path, [url], more));
}

const SVG =
  '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>';
const PDF = "%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n";
const HTML = "<!doctype html><title>Not found</title>";

const webp = async (): Promise<Buffer> =>
  sharp(await photo())
    .webp()
    .toBuffer();
const png = async (): Promise<Buffer> =>
  sharp(await photo())
    .png()
    .toBuffer();
const standard = async (): Promise<string> => dataUrl(await photo());
const asUrl = (bytes: string | Buffer, type = "image/png") => dataUrl(Buffer.from(bytes), type);

/** Mistakes of form: what was sent is no image by its own word. */
const NO_IMAGES: [what: string, url: () => string | Promise<string>, says: RegExp][] = [
  [
    "an http URL",
    () => "http://example.org/a.jpg",
    /not fetched from the network.*send the image itself as a data URL/,
  ],
  [
    "an https URL",
    () => "HTTPS://example.org/a.jpg",
    /not fetched from the network.*send the image itself as a data URL/,
  ],
  ["a file's URL", () => "file:///etc/passwd", /no data URL/],
  ["bare base64", async () => (await photo()).toString("base64"), /no data URL/],
  ["an empty text", () => "", /no data URL/],
  [
    "a data URL without base64",
    () => `data:image/svg+xml;utf8,${SVG}`,
    /no data URL with ;base64,/,
  ],
  ["a web page by its type", () => asUrl(HTML, "text/html"), /type 'text\/html' is no image's/],
  [
    "a PDF by its type",
    () => asUrl(PDF, "application/pdf"),
    /type 'application\/pdf' is no image's/,
  ],
  ["a data URL without a type", () => asUrl(PDF, ""), /type '' is no image's/],
];

/** Mistakes of content: what says that it is an image cannot be used as one. */
const UNUSABLE: [what: string, url: () => string | Promise<string>, says: RegExp][] = [
  ["a drawing in SVG", () => asUrl(SVG, "image/svg+xml"), /an SVG drawing.*send JPEG, PNG or WebP/],
  ["an SVG that says it is a PNG", () => asUrl(SVG), /an SVG drawing/],
  ["a PDF that says it is a PNG", () => asUrl(PDF), /a PDF document/],
  ["a web page that says it is a PNG", () => asUrl(HTML), /an HTML page/],
  [
    "noise",
    () => asUrl(Buffer.from(Array.from({ length: 999 }, (_, i) => (i * 197) % 256))),
    /format is not known/,
  ],
  ["no bytes", () => "data:image/png;base64,", /The image is empty/],
  ["one byte", () => asUrl(Buffer.of(0xff)), /format is not known/],
  ["a JPEG of three bytes", () => asUrl(Buffer.of(0xff, 0xd8, 0xff)), /JPEG image is damaged/],
  ["a JPEG that is cut off", async () => asUrl(cutOff(await photo())), /JPEG image is damaged/],
  ["a PNG that is cut off", async () => asUrl(cutOff(await png())), /PNG image is damaged/],
  ["a WebP that is cut off", async () => asUrl(cutOff(await webp())), /WebP image is damaged/],
  [
    "a PNG that was overwritten",
    async () => asUrl(scribbledOver(await png())),
    /PNG image is damaged/,
  ],
  [
    "a PNG of 50 000 × 50 000",
    () => asUrl(bombPng(50_000)),
    /2500000000 pixels \(50000 × 50000\), more than the limit of 100000000/,
  ],
  ["a PNG of 2³¹ - 1 pixels a side", () => asUrl(bombPng(2 ** 31 - 1)), /damaged|pixels/],
  [
    "base64 with spaces",
    async () => (await standard()).replace(/.{200}/, "$& "),
    /not whole base64/,
  ],
  [
    "base64 with an asterisk",
    async () => (await standard()).replace(/.{200}/, "$&*"),
    /not whole base64/,
  ],
  ["base64 without its end", async () => (await standard()).slice(0, -3), /not whole base64/],
  [
    "base64 of the URL alphabet",
    async () => (await standard()).replaceAll("/9j/", "_9j_"),
    /URL alphabet.*\+ and \//,
  ],
];

/** Checks each of many cases at one service; a failure says in which. */
async function inEach<T extends unknown[]>(
  cases: [what: string, ...T][],
  check: (...given: T) => Promise<void>,
): Promise<void> {
  for (const [what, ...given] of cases) {
    try {
      await check(...given);
    } catch (err) {
      throw new Error(`in the case of ${what}`, { cause: err });
    }
  }
}

describe("what is no image", () => {
  it("is refused with 422, which says what to send", async () => {
    const { gateway, ollama } = await startVision({ RATE_LIMIT_ENABLED: "false" });
    await inEach(NO_IMAGES, async (url, says) => {
      const sent = await url();
      await expectNativeError(await ask(gateway, NATIVE, sent), {
        status: 422,
        code: "validation_error",
        type: "ValidationError",
        says: new RegExp(`^images\\.0: .*${says.source}.*data:image/jpeg;base64,`),
      });
      for (const path of OPENAI) {
        await expectOpenAIError(await ask(gateway, path, sent), {
          status: 422,
          code: "validation_error",
          type: "invalid_request_error",
          param: "messages.0.content.0.image_url.url",
          says,
        });
      }
    });
    expect(ollama.to("/api/chat")).toEqual([]);
    await nothingIsHeld({ gateway });
  });
});

describe("an image that cannot be used", () => {
  it("is refused with 400, and the next image is answered", async () => {
    const { gateway, ollama } = await startVision({ RATE_LIMIT_ENABLED: "false" });
    await inEach(UNUSABLE, async (url, says) => {
      const sent = await url();
      ollama.received.length = 0;
      for (const more of [{}, { image_compression: false }]) {
        await expectNativeError(await ask(gateway, NATIVE, sent, more), {
          status: 400,
          code: "invalid_request",
          type: "InvalidRequestError",
          says: new RegExp(`^images\\.0: .*${says.source}`),
        });
      }
      for (const path of OPENAI) {
        await expectOpenAIError(await ask(gateway, path, sent, { stream: true }), {
          status: 400,
          code: "invalid_request",
          type: "invalid_request_error",
          param: "messages.0.content.0.image_url.url",
          says,
        });
      }
      expect(ollama.to("/api/chat")).toEqual([]);
      const sound = { image_compression: false };
      const seen = await seenIn(await ask(gateway, NATIVE, await standard(), sound));
      expect(seen.images).toMatchObject([{ width: 64, height: 48 }]);
      await nothingIsHeld({ gateway });
    });
    await expectNoFaults(gateway);
  });
});

/** Images that are sound, however oddly they were sent. */
const ODD: [what: string, url: () => Promise<string>][] = [
  ["a JPEG that says it is a PNG", async () => dataUrl(await photo(), "image/png")],
  ["a PNG that says it is a JPEG", async () => dataUrl(await rgbaPage(), "image/jpeg")],
  ["a JPEG of a type that nobody knows", async () => dataUrl(await photo(), "image/x-unheard.of")],
  [
    "a type with parameters",
    async () => dataUrl(await photo(), "image/jpeg;charset=utf-8;name=a.jpg"),
  ],
  [
    "a head in capitals",
    async () => (await standard()).replace(/^[^,]+/, (head) => head.toUpperCase()),
  ],
  ["base64 in lines", async () => (await standard()).replaceAll(/[A-Za-z0-9+/]{76}/g, "$&\r\n")],
  [
    "bytes behind the picture's end",
    async () => dataUrl(Buffer.concat([await photo(), Buffer.from(PDF)])),
  ],
];

describe("an odd image that is sound", () => {
  it("is taken", async () => {
    const { gateway } = await startVision();
    await inEach(ODD, async (url) => {
      const seen = await seenIn(await ask(gateway, NATIVE, await url()));
      expect(seen.images).toMatchObject([{ width: 64, height: 48 }]);
    });
  });

  it("is taken for its first frame: a GIF of 10 000", async () => {
    const { gateway } = await startVision();
    const gif = dataUrl(await longGif(10_000), "image/gif");
    const seen = await seenIn(await ask(gateway, NATIVE, gif));
    expect(seen.images).toMatchObject([{ format: "jpeg", width: 16, height: 12 }]);
  });

  it("may have a single pixel, or be a line", async () => {
    const { gateway } = await startVision();
    for (const [width, height, seenHeight] of [
      [1, 1, 1],
      [5000, 1, 1],
    ] as const) {
      const url = dataUrl(await photo({ width, height }));
      const seen = await seenIn(await ask(gateway, NATIVE, url));
      expect(seen.images).toMatchObject([{ height: seenHeight }]);
    }
  });

  it("may be as large as IMAGE_MAX_SIZE_BYTES, and no larger", async () => {
    const image = await photo();
    const most = (bytes: number) => startVision({ IMAGE_MAX_SIZE_BYTES: String(bytes) });
    const fitting = await most(image.length);
    expect((await ask(fitting.gateway, NATIVE, dataUrl(image))).status).toBe(200);
    const { gateway } = await most(image.length - 1);
    await expectNativeError(await ask(gateway, NATIVE, dataUrl(image)), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: new RegExp(`^images\\.0: .*${image.length} bytes.*IMAGE_MAX_SIZE_BYTES`),
    });
  });

  it("may have as many pixels as IMAGE_MAX_PIXELS, and no more", async () => {
    const { gateway } = await startVision({ IMAGE_MAX_PIXELS: "1000000" });
    const url = async (height: number) => dataUrl(await photo({ width: 1000, height, noise: 0 }));
    expect((await ask(gateway, NATIVE, await url(1000))).status).toBe(200);
    await expectNativeError(await ask(gateway, NATIVE, await url(1001)), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /1001000 pixels \(1000 × 1001\), more than the limit of 1000000/,
    });
  });

  it("is told apart from a bad one in the same request", async () => {
    const { gateway } = await startVision();
    const images = [await standard(), asUrl(SVG), await standard()];
    const messages = [{ role: "user", content: "?" }];
    await expectNativeError(await gateway.post(NATIVE, { messages, images }), {
      status: 400,
      code: "invalid_request",
      type: "InvalidRequestError",
      says: /^images\.1: /,
    });
    await nothingIsHeld({ gateway });
  });
});

describe("hostile images by the hundred", () => {
  const ROUNDS = 4;
  /** Decoding the bomb would take 300 MB at least, the frames of the GIF one by one minutes. */
  const MORE_THAN_NOISE = 150_000_000;

  it("leave the memory as it was", async () => {
    const { gateway } = await startVision({ RATE_LIMIT_ENABLED: "false" });
    const urls = [dataUrl(await longGif(10_000), "image/gif")];
    for (const [, url] of [...NO_IMAGES, ...UNUSABLE]) urls.push(await url());
    const round = async (): Promise<void> => {
      for (const path of [NATIVE, ...OPENAI]) {
        for (const url of urls) await (await ask(gateway, path, url)).arrayBuffer();
      }
      await nothingIsHeld({ gateway });
    };
    for (let i = 0; i < 2; i += 1) await round();
    const heapBefore = await liveHeapBytes();
    const residentBefore = process.memoryUsage().rss;
    for (let i = 0; i < ROUNDS; i += 1) await round();
    expect(await liveHeapBytes()).toBeLessThan(heapBefore * 1.25);
    expect(process.memoryUsage().rss).toBeLessThan(residentBefore + MORE_THAN_NOISE);
    const seen = await seenIn(await ask(gateway, NATIVE, await standard()));
    expect(seen.images).toHaveLength(1);
    await expectNoFaults(gateway);
  });
});
