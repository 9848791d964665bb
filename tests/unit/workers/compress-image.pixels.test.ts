import sharp, { type Sharp } from "sharp";
import { describe, expect, it } from "vitest";
import { deflateSync } from "node:zlib";
import {
  compressed,
  flat,
  gifFile,
  noise,
  pixelAt,
  pngChunk,
  pngFile,
} from "./compress-image-set-up.ts";

const lossless = { format: "png", formatIsRequested: true } as const;

describe("compressImage scales", () => {
  it.each([
    [3300, 2550, 2667, 2667, 2060],
    [2550, 3300, 2667, 2060, 2667],
    [2668, 2668, 2667, 2667, 2667],
    [2667, 2000, 2667, 2667, 2000],
    [64, 48, 2667, 64, 48],
    [10_000, 1, 2667, 2667, 1],
    [1, 10_000, 2667, 1, 2667],
    [1, 1, 2667, 1, 1],
  ])("%i × %i at %i to %i × %i", async (width, height, maxDimension, toWidth, toHeight) => {
    const image = await flat(width, height, "teal").jpeg().toBuffer();
    const { source, sent, file } = await compressed(image, { maxDimension });
    expect(source).toEqual({ format: "jpeg", width, height, bytes: image.length });
    expect(sent).toMatchObject({ width: toWidth, height: toHeight, bytes: file.length });
    expect(await sharp(file).metadata()).toMatchObject({ width: toWidth, height: toHeight });
  });

  it("into what WebP can hold", async () => {
    const image = await flat(20_000, 20, "teal").png().toBuffer();
    const { sent } = await compressed(image, { format: "webp", maxDimension: 30_000 });
    expect(sent).toMatchObject({ format: "webp", width: 16_383, height: 16 });
  });
});

describe("compressImage turns", () => {
  // Red, green, blue, white from the upper left, row by row, as they are stored.
  const quarters = [
    [255, 0, 0],
    [0, 255, 0],
    [0, 0, 255],
    [255, 255, 255],
  ];
  /** For each orientation, which stored quarter is seen at each place. */
  const SEEN = [
    [0, 1, 2, 3],
    [1, 0, 3, 2],
    [3, 2, 1, 0],
    [2, 3, 0, 1],
    [0, 2, 1, 3],
    [2, 0, 3, 1],
    [3, 1, 2, 0],
    [1, 3, 0, 2],
  ];

  it.each(SEEN.map((seen, at) => ({ orientation: at + 1, seen })))(
    "EXIF orientation $orientation",
    async ({ orientation, seen }) => {
      const [width, height] = [80, 40];
      const data = new Uint8Array(width * height * 3);
      for (let at = 0; at < width * height; at += 1) {
        const quarter = (at % width < width / 2 ? 0 : 1) + (at < (width * height) / 2 ? 0 : 2);
        data.set(quarters[quarter] ?? [], at * 3);
      }
      const image = await sharp(data, { raw: { width, height, channels: 3 } })
        .withMetadata({ orientation })
        .jpeg({ quality: 100, chromaSubsampling: "4:4:4" })
        .toBuffer();
      const isUpright = orientation > 4;
      const size = isUpright ? { width: 40, height: 80 } : { width: 80, height: 40 };
      for (const maxDimension of [2667, 60]) {
        const { source, sent, file } = await compressed(image, { ...lossless, maxDimension });
        expect(source).toMatchObject(size);
        const places = [0.25, 0.75].flatMap((y) => [0.25, 0.75].map((x) => ({ x, y })));
        for (const [at, { x, y }] of places.entries()) {
          const pixel = await pixelAt(
            file,
            Math.floor(sent.width * x),
            Math.floor(sent.height * y),
          );
          const wanted = quarters[seen[at] ?? 0] ?? [];
          for (const [band, value] of pixel.entries()) {
            expect(Math.abs(value - (wanted[band] ?? 0))).toBeLessThan(9);
          }
        }
        expect((await sharp(file).metadata()).orientation).toBeUndefined();
      }
    },
  );
});

describe("compressImage brings to RGB of eight bits", () => {
  const grey16 = pngFile({
    ...{ width: 1, height: 1, depth: 16, colour: 0 },
    rows: Uint8Array.of(0, 0x80, 0),
  });
  const bits = pngFile({
    ...{ width: 2, height: 1, depth: 1, colour: 0 },
    rows: Uint8Array.of(0, 0b0100_0000),
  });
  const palette = pngFile({
    ...{ width: 2, height: 1, depth: 8, colour: 3 },
    rows: Uint8Array.of(0, 0, 1),
    extra: [pngChunk("PLTE", Uint8Array.of(10, 20, 30, 200, 100, 50))],
  });

  it.each([
    ["16-bit grey", grey16, 0, [128, 128, 128]],
    ["one bit", bits, 1, [255, 255, 255]],
    ["a palette", palette, 1, [200, 100, 50]],
    ["a GIF", gifFile(1), 0, [255, 255, 255]],
  ])("%s", async (_, image, x, pixel) => {
    // A TIFF cannot go on as it came, so that the conversion is seen in any case.
    const { file } = await compressed(image, lossless);
    const again = await compressed(
      await sharp(image).tiff({ compression: "lzw" }).toBuffer(),
      lossless,
    );
    expect(await pixelAt(again.file, x, 0)).toEqual(pixel);
    expect(await pixelAt(file, x, 0)).toEqual(pixel);
    expect(await sharp(again.file).metadata()).toMatchObject({ space: "srgb", depth: "uchar" });
  });

  it.each(["cmyk", "lab", "labs", "scrgb", "rgb16"])("%s", async (space) => {
    const image = await flat(8, 8, "#a08060")
      .toColourspace(space)
      .tiff({ compression: "lzw" })
      .toBuffer();
    expect((await sharp(image).metadata()).space).toBe(space);
    const { file } = await compressed(image, lossless);
    const pixel = await pixelAt(file, 4, 4);
    expect(pixel).toHaveLength(3);
    for (const [band, value] of [160, 128, 96].entries()) {
      expect(Math.abs((pixel[band] ?? 0) - value)).toBeLessThanOrEqual(space === "cmyk" ? 8 : 2);
    }
  });

  it("a CMYK JPEG, even when it grows", async () => {
    const image = await flat(8, 8, "#c86432").toColourspace("cmyk").jpeg({ quality: 1 }).toBuffer();
    expect((await sharp(image).metadata()).space).toBe("cmyk");
    const { file, sent } = await compressed(image);
    expect(await sharp(file).metadata()).toMatchObject({ space: "srgb", channels: 3 });
    expect(sent.format).toBe("jpeg");
  });

  it.each([8, 16])("Display P3 of %i bits, from its profile to sRGB", async (depth) => {
    // The numbers (200, 100, 50) of Display P3 are (215, 93, 32) in sRGB.
    const values = Array.from({ length: 300 }, (_, at) => [200, 100, 50][at % 3] ?? 0);
    const raw = { width: 10, height: 10, channels: 3 } as const;
    const image =
      depth === 8
        ? sharp(Uint8Array.from(values), { raw })
        : sharp(
            Uint16Array.from(values, (value) => value * 257),
            { raw },
          ).toColourspace("rgb16");
    const marked = await markedP3(image);
    expect((await sharp(marked).metadata()).depth).toBe(depth === 8 ? "uchar" : "ushort");
    const { file } = await compressed(marked, lossless);
    const pixel = await pixelAt(file, 5, 5);
    for (const [band, value] of [215, 93, 32].entries()) {
      expect(Math.abs((pixel[band] ?? 0) - value)).toBeLessThanOrEqual(1);
    }
    expect(await sharp(file).metadata()).toMatchObject({ hasProfile: false, depth: "uchar" });
  });

  it("a picture with a broken profile, by its numbers alone", async () => {
    const image = await flat(10, 10, "#c86432").withIccProfile("p3").tiff().toBuffer();
    const broken = Buffer.from(image);
    const at = broken.indexOf("rTRC");
    broken.write("xxxx", at, "latin1");
    const { file } = await compressed(broken, lossless);
    expect(await pixelAt(file, 5, 5)).toHaveLength(3);
  });

  /** Puts Display P3's profile beside the numbers, which stay as they are. */
  async function markedP3(image: Sharp): Promise<Buffer> {
    const profile = await p3Profile();
    const png = await image.png().toBuffer();
    const chunk = pngChunk("iCCP", Buffer.concat([Buffer.from("p3\0\0"), deflateSync(profile)]));
    return Buffer.concat([png.subarray(0, 33), chunk, png.subarray(33)]);
  }

  async function p3Profile(): Promise<Buffer> {
    const { icc } = await sharp(
      await flat(1, 1, "red").withIccProfile("p3").png().toBuffer(),
    ).metadata();
    return icc ?? Buffer.alloc(0);
  }
});

describe("compressImage puts alpha", () => {
  const clear = { r: 0, g: 0, b: 0, alpha: 0 };
  const paletteClear = pngFile({
    ...{ width: 1, height: 1, depth: 8, colour: 3 },
    rows: Uint8Array.of(0, 0),
    extra: [pngChunk("PLTE", Uint8Array.of(10, 20, 30)), pngChunk("tRNS", Uint8Array.of(0))],
  });
  const greyClear = pngFile({
    ...{ width: 1, height: 1, depth: 16, colour: 4 },
    rows: Uint8Array.of(0, 0, 0, 0, 0),
  });
  const greyKey = pngFile({
    ...{ width: 1, height: 1, depth: 8, colour: 0 },
    rows: Uint8Array.of(0, 7),
    extra: [pngChunk("tRNS", Uint8Array.of(0, 7))],
  });

  it.each([
    ["RGBA", () => flat(1, 1, clear, 4).png().toBuffer()],
    ["WebP", () => flat(1, 1, clear, 4).webp({ lossless: true }).toBuffer()],
    ["a palette's", () => Promise.resolve(paletteClear)],
    ["16-bit grey's", () => Promise.resolve(greyClear)],
    ["one grey's", () => Promise.resolve(greyKey)],
  ])("of %s on white for JPEG, keeps it for PNG and WebP", async (_, make) => {
    const image = await make();
    const jpeg = await compressed(image);
    expect(jpeg.sent.format).toBe("jpeg");
    expect(await pixelAt(jpeg.file, 0, 0)).toEqual([255, 255, 255]);
    for (const format of ["png", "webp"] as const) {
      const { file } = await compressed(
        await sharp(image).tiff({ compression: "lzw" }).toBuffer(),
        { format },
      );
      expect((await sharp(file).metadata()).channels).toBe(4);
      expect((await pixelAt(file, 0, 0))[3]).toBe(0);
    }
  });
});

describe("compressImage takes the first frame", () => {
  it("of a GIF of 10 000 frames", async () => {
    const { source, sent } = await compressed(gifFile(10_000));
    expect(source).toMatchObject({ format: "gif", width: 1, height: 1 });
    expect(sent.format).toBe("jpeg");
  });

  it.each(["webp", "tiff"] as const)("of %s, and always converts", async (format) => {
    const pages = Buffer.concat([
      await flat(20, 20, "red").raw().toBuffer(),
      await flat(20, 20, "blue").raw().toBuffer(),
    ]);
    const image = await sharp(pages, {
      raw: { width: 20, height: 40, channels: 3, pageHeight: 20 },
    })
      .toFormat(format, format === "webp" ? { quality: 1 } : {})
      .toBuffer();
    expect((await sharp(image).metadata()).pages).toBe(2);
    const { source, sent, file } = await compressed(image, { format: "webp" });
    expect(source).toMatchObject({ format, width: 20, height: 20 });
    expect(sent).toMatchObject({ format: "webp", width: 20, height: 20 });
    expect((await sharp(file).metadata()).pages).toBeUndefined();
    expect((await pixelAt(file, 10, 10))[0]).toBeGreaterThan(200);
  });

  it("of an animated PNG", async () => {
    const image = await noise(30, 30).png().toBuffer();
    const animated = Buffer.concat([
      image.subarray(0, 33),
      pngChunk("acTL", Uint8Array.of(0, 0, 0, 1, 0, 0, 0, 0)),
      image.subarray(33),
    ]);
    const { file } = await compressed(animated, { format: "png", pngLevel: 0 });
    expect(file.includes("acTL")).toBe(false);
    expect(file.length).toBeGreaterThan(animated.length - 100);
  });
});
