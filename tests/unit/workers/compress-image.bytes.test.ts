import sharp from "sharp";
import { describe, expect, it } from "vitest";
import { fitInto } from "../../../workers/tasks/image-size.ts";
import { isSrgbProfile } from "../../../workers/tasks/icc-profile.ts";
import { stripJpeg } from "../../../workers/tasks/jpeg-segments.ts";
import { stripPng } from "../../../workers/tasks/png-chunks.ts";
import { compressed, flat, noise, pngChunk } from "./compress-image-set-up.ts";

const SECRET = "48.1374 N";
const exif = { IFD0: { Copyright: SECRET } };

describe("compressImage gives", () => {
  it("base64 in a buffer that is its own", async () => {
    const image = await noise(50, 50).jpeg({ quality: 20 }).toBuffer();
    const { base64, ms } = await compressed(image);
    expect(base64.byteOffset).toBe(0);
    expect(base64.buffer.byteLength).toBe(base64.length);
    expect(Buffer.from(base64).toString("latin1")).toBe(image.toString("base64"));
    expect(ms).toBeGreaterThan(0);
  });

  it.each(["jpeg", "png", "webp"] as const)("the wished format %s", async (format) => {
    const image = await noise(60, 60).gif().toBuffer();
    const { sent, file } = await compressed(image, { format, formatIsRequested: true });
    expect(sent).toEqual({ format, width: 60, height: 60, bytes: file.length });
    expect((await sharp(file).metadata()).format).toBe(format);
  });

  it("a smaller file when compression helps", async () => {
    const image = await noise(200, 200).jpeg({ quality: 100 }).toBuffer();
    const { source, sent, file } = await compressed(image);
    expect(source.bytes).toBe(image.length);
    expect(sent.bytes).toBeLessThan(image.length);
    expect((await sharp(file).metadata()).chromaSubsampling).toBe("4:2:0");
  });

  it("JPEG with Huffman tables of its own, and quality as told", async () => {
    const image = await noise(300, 300).png().toBuffer();
    const [fine, coarse] = [
      await compressed(image, { quality: 90 }),
      await compressed(image, { quality: 30 }),
    ];
    expect(fine.file.length).toBeGreaterThan(2 * coarse.file.length);
    const plain = await noise(300, 300).jpeg({ quality: 90, optimiseCoding: false }).toBuffer();
    expect(fine.file.length).toBeLessThan(plain.length);
  });
});

describe("compressImage leaves as it came", () => {
  it.each(["jpeg", "png", "webp"] as const)("a %s that would grow", async (format) => {
    const image =
      format === "png"
        ? await flat(300, 300, "red").png({ palette: true }).toBuffer()
        : await noise(100, 100).toFormat(format, { quality: 5 }).toBuffer();
    const { source, sent, file } = await compressed(image);
    expect(file.equals(image)).toBe(true);
    expect(sent).toEqual(source);
  });

  it("an image with sRGB's own profile", async () => {
    const image = await noise(100, 100).withIccProfile("srgb").webp({ quality: 5 }).toBuffer();
    expect((await compressed(image)).file.equals(image)).toBe(true);
  });

  it("without compression, each format byte for byte", async () => {
    for (const format of ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const) {
      const image = await noise(40, 30).withExif(exif).toFormat(format).toBuffer();
      const options = { compress: false, maxDimension: 10, formatIsRequested: true };
      const { source, sent, file } = await compressed(image, options);
      expect(file.equals(image)).toBe(true);
      expect(sent).toEqual(source);
      expect(source).toEqual({ format, width: 40, height: 30, bytes: image.length });
    }
  });
});

describe("compressImage converts, whatever the size,", () => {
  const tiny = () => noise(300, 300).jpeg({ quality: 1 });

  it("an image of another format than wished", async () => {
    const image = await tiny().toBuffer();
    const { sent } = await compressed(image, { format: "png", formatIsRequested: true });
    expect(sent.format).toBe("png");
    expect(sent.bytes).toBeGreaterThan(image.length);
    expect((await compressed(image, { format: "png" })).sent.format).toBe("jpeg");
  });

  it("what not every Ollama reads", async () => {
    const image = await noise(100, 100).avif({ quality: 1, effort: 0 }).toBuffer();
    const { source, sent } = await compressed(image);
    expect(source.format).toBe("avif");
    expect(sent.format).toBe("jpeg");
    expect(sent.bytes).toBeGreaterThan(image.length);
  });

  it("a turned image, and one in other colours", async () => {
    const turned = await tiny().withMetadata({ orientation: 6 }).toBuffer();
    const other = await tiny().withIccProfile("p3").toBuffer();
    for (const image of [turned, other]) {
      const { sent, file } = await compressed(image);
      expect(sent.bytes).toBeGreaterThan(image.length);
      expect(await sharp(file).metadata()).not.toHaveProperty("icc");
    }
  });

  it("a JPEG that few programs read", async () => {
    const image = await tiny().toBuffer();
    const twelveBits = Buffer.from(image);
    twelveBits[image.indexOf(Buffer.of(0xff, 0xc0)) + 4] = 12;
    expect(stripJpeg(image)).toBe(image);
    expect(stripJpeg(twelveBits)).toBeUndefined();
  });
});

describe("compressImage takes metadata off", () => {
  const formats = ["jpeg", "png", "webp"] as const;

  it.each(formats)("a %s that is encoded anew", async (format) => {
    const image = await noise(100, 100)
      .withExif(exif)
      .withIccProfile("p3")
      .toFormat(format, { quality: 100 })
      .toBuffer();
    expect(image.includes(SECRET)).toBe(true);
    const { file } = await compressed(image, { format });
    const { exif: kept, icc, xmp, hasProfile } = await sharp(file).metadata();
    expect({ kept, icc, xmp, hasProfile }).toEqual({ hasProfile: false });
    expect(file.includes(SECRET)).toBe(false);
  });

  it.each(formats)("a %s that would grow", async (format) => {
    const image = await noise(100, 100)
      .withExif(exif)
      .withXmp(`<x>${SECRET}</x>`)
      .toFormat(format, { quality: 5 })
      .toBuffer();
    const { file, sent } = await compressed(image, { format });
    expect(file.includes(SECRET)).toBe(false);
    expect(sent).toMatchObject({ format, bytes: file.length });
    if (format === "webp") return;
    expect(await pixels(file)).toEqual(await pixels(image));
  });

  it("a JPEG's comments, thumbnails, foreign segments and what follows its end", async () => {
    for (const progressive of [false, true]) {
      const image = await noise(60, 60).jpeg({ progressive, quality: 10 }).toBuffer();
      const segment = (marker: number, text: string) =>
        Buffer.concat([Buffer.of(0xff, marker, 0, text.length + 2), Buffer.from(text, "latin1")]);
      const thumbnail = "JFIF\0\x01\x01\0\0\x01\0\x01\x01\x01abc";
      const loaded = Buffer.concat([
        image.subarray(0, 2),
        segment(0xe0, thumbnail),
        Buffer.of(0xff),
        segment(0xfe, SECRET),
        segment(0xed, `Photoshop 3.0\0${SECRET}`),
        segment(0xe2, `MPF\0${SECRET}`),
        image.subarray(image[3] === 0xe0 ? 20 : 2),
        Buffer.from(SECRET),
      ]);
      const stripped = Buffer.from(stripJpeg(loaded) ?? []);
      expect(stripped.includes(SECRET)).toBe(false);
      expect(stripped.includes("abc")).toBe(false);
      expect(await pixels(stripped)).toEqual(await pixels(image));
    }
  });

  it("a PNG's texts, times, profile and what follows its end", async () => {
    const image = await noise(30, 30, 4).png({ palette: true }).toBuffer();
    const extra = ["tEXt", "zTXt", "iTXt", "tIME", "eXIf", "iCCP", "prVt"].map((type) =>
      pngChunk(type, Buffer.from(SECRET)),
    );
    const loaded = Buffer.concat([
      image.subarray(0, 33),
      ...extra,
      image.subarray(33),
      Buffer.from(SECRET),
    ]);
    expect(Buffer.from(stripPng(loaded) ?? []).equals(image)).toBe(true);
    expect(stripPng(image)).toBe(image);
  });

  it("no further than it can follow a file", async () => {
    const jpeg = await noise(60, 60).jpeg().toBuffer();
    const png = await noise(60, 60).png().toBuffer();
    for (let at = 0; at < 60; at += 1) {
      const cut = (file: Buffer) => file.subarray(0, Math.floor((file.length * at) / 60));
      expect(stripJpeg(cut(jpeg))).toBeUndefined();
      expect(stripPng(cut(png))).toBeUndefined();
    }
  });

  async function pixels(file: Uint8Array): Promise<Buffer> {
    return sharp(file).raw().toBuffer();
  }
});

describe("fitInto", () => {
  it("cuts the shorter side down to whole pixels, exactly", () => {
    for (let height = 1; height < 4000; height += 7) {
      for (const width of [4000, 5333, 65_535, 2_147_483_647]) {
        const size = fitInto({ width, height }, 2667);
        const exact = Number((BigInt(height) * 2667n) / BigInt(width));
        expect(size).toEqual({ width: 2667, height: Math.max(1, exact) });
      }
    }
  });
});

describe("isSrgbProfile", () => {
  it("knows sRGB by its numbers", async () => {
    expect(isSrgbProfile(await profile("srgb"))).toBe(true);
    expect(isSrgbProfile(await profile("p3"))).toBe(false);
    expect(isSrgbProfile(await profile("cmyk"))).toBe(false);
  });

  it("takes no broken profile and no other curve for it", async () => {
    const srgb = await profile("srgb");
    for (let length = 0; length < srgb.length; length += 13) {
      expect(isSrgbProfile(srgb.subarray(0, length))).toBe(false);
    }
    const linear = Buffer.from(srgb);
    const at = linear.readUInt32BE(linear.indexOf("rTRC", 128) + 4);
    linear.write("curv\0\0\0\0\0\0\0\0", at, "latin1");
    expect(isSrgbProfile(linear)).toBe(false);
    linear.write("curv\0\0\0\0\0\0\0\x01\x02\x33", at, "latin1");
    expect(isSrgbProfile(linear)).toBe(true);
  });

  async function profile(name: string): Promise<Buffer> {
    const image = flat(2, 2, "red").withIccProfile(name);
    const { icc } = await sharp(await image.tiff().toBuffer()).metadata();
    return icc ?? Buffer.alloc(0);
  }
});
