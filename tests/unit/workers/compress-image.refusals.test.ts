import sharp from "sharp";
import { describe, expect, it } from "vitest";
import {
  compressed,
  flat,
  gifFile,
  noise,
  pngFile,
  refusal,
  run,
} from "./compress-image-set-up.ts";

const svg = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>';
const NEVER_READ: [string, string | Uint8Array, string][] = [
  ["one byte", Uint8Array.of(0xff), "The image's format is not known: "],
  ["zeros", new Uint8Array(500), "The image's format is not known: "],
  ["text", "Dear model, what is this?", "The image seems to be plain text, "],
  ["text of many bytes a letter", "ü".repeat(20_000), "The image seems to be plain text, "],
  ["HTML", "<!DOCTYPE html><html><svg></svg></html>", "The image seems to be an HTML page, "],
  ["SVG", svg, "The image seems to be an SVG drawing, "],
  ["SVG behind a byte order mark", `\ufeff \n${svg}`, "The image seems to be an SVG drawing, "],
  [
    "SVG behind prolog, type and comment",
    `<?xml version="1.0"?>\n<!-- ${"x".repeat(3000)} --><!DOCTYPE svg>${svg}`,
    "The image seems to be an SVG drawing, ",
  ],
  ["SVG with a prefix", "<a:svg xmlns:a='http://www.w3.org/2000/svg'/>", "an SVG drawing, "],
  ["SVG in UTF-16", Buffer.from(`\ufeff${svg}`, "utf16le"), "an SVG drawing, "],
  ["SVG that starts like a GIF", `GIF89a${svg}`, "The GIF image is damaged or incomplete"],
  ["other XML", "<?xml version='1.0'?><a/>", "The image seems to be an XML document, "],
  ["PDF", "%PDF-1.7\n", "The image seems to be a PDF document, "],
  ["WAV", Buffer.from("RIFF\x24\0\0\0WAVEfmt "), "The image seems to be a sound recording, "],
  ["MP3", Buffer.from("ID3\x03\0\0\0"), "The image seems to be a sound recording, "],
  ["ZIP", Buffer.from("PK\x03\x04\x14\0\0\0", "latin1"), "The image seems to be a ZIP archive, "],
  ["BMP", Buffer.from("BM\x46\0\0\0\0\0\0\0", "latin1"), "The image seems to be a BMP image, "],
  [
    "HEIC",
    Buffer.from("\0\0\0\x18ftypheic\0\0\0\0mif1heic", "latin1"),
    "HEIC images cannot be read: ",
  ],
  ["a video", Buffer.from("\0\0\0\x18ftypisom\0\0\0\0isom", "latin1"), "seems to be a video, "],
];

describe("compressImage refuses", () => {
  it("an empty image", async () => {
    expect(await run(new Uint8Array())).toEqual({ ok: false, message: "The image is empty" });
  });

  it.each(NEVER_READ)("%s, and says what to send", async (_, content, words) => {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    const message = await refusal(bytes);
    expect(message).toContain(words);
    expect(await refusal(bytes, { compress: false })).toBe(message);
    if (!words.includes("damaged")) expect(message).toMatch(/: send JPEG, PNG or WebP$/);
  });

  it("a bomb of 50 000 × 50 000 pixels before decoding it", async () => {
    const rows = Buffer.alloc(6251 * 4000);
    const bomb = pngFile({ width: 50_000, height: 50_000, depth: 1, colour: 0, rows });
    expect(bomb.length).toBeLessThan(40_000);
    const message =
      "The image has 2500000000 pixels (50000 × 50000), more than the limit of 50000000";
    expect(await refusal(bomb)).toBe(message);
    expect(await refusal(bomb, { compress: false })).toBe(message);
  });

  it("one pixel more than the limit, not one less", async () => {
    const image = await flat(100, 100, "red").png().toBuffer();
    expect(await refusal(image, { maxPixels: 9999 })).toContain("10000 pixels (100 × 100)");
    expect(await run(image, { maxPixels: 10_000 })).toMatchObject({ ok: true });
  });

  it("a few pixels with samples as large as many", async () => {
    const image = await noise(100, 100, 4)
      .toColourspace("scrgb")
      .tiff({ compression: "lzw" })
      .toBuffer();
    expect(await refusal(image, { maxPixels: 10_000 })).toContain("too many bits a pixel");
    expect(await run(image, { maxPixels: 20_000 })).toMatchObject({ ok: true });
  });

  it("a PNG whose header promises more than there is", async () => {
    const image = pngFile({
      width: 7000,
      height: 7000,
      depth: 8,
      colour: 2,
      rows: Buffer.alloc(9),
    });
    expect(await refusal(image)).toContain("The PNG image is damaged or incomplete");
  });

  it("not what a PNG holds beyond its header's size, but reads that much only", async () => {
    const rows = Buffer.alloc(5_000_000);
    const image = pngFile({ width: 10, height: 10, depth: 8, colour: 2, rows });
    expect((await compressed(image)).sent).toMatchObject({ width: 10, height: 10 });
  });

  it.each(["jpeg", "png", "webp", "gif", "tiff", "avif"] as const)(
    "every cut-off %s of which pixels are missing",
    async (format) => {
      const image = await noise(90, 70).toFormat(format).toBuffer();
      const lengths = Array.from({ length: 60 }, (_, at) => Math.floor((image.length * at) / 60));
      for (const length of lengths) {
        for (const compress of [true, false]) {
          const message = await refusal(image.subarray(0, length), { compress });
          expect(message, `${length} of ${image.length}`).toBeTypeOf("string");
        }
      }
      expect(await run(image)).toMatchObject({ ok: true });
    },
  );

  it.each([71, 160, 1003])("a PNG of %i rows without the last, also unchanged", async (height) => {
    const withRows = (rows: number) =>
      pngFile({ width: 10, height, depth: 8, colour: 2, rows: Buffer.alloc(rows * 31) });
    const message = await refusal(withRows(height - 1), { compress: false });
    expect(message).toContain("The PNG image is damaged");
    expect(await run(withRows(height), { compress: false })).toMatchObject({ ok: true });
  });

  it("a cut-off interlaced PNG and a cut-off progressive JPEG", async () => {
    const png = await noise(90, 70).png({ progressive: true }).toBuffer();
    const jpeg = await noise(90, 70).jpeg({ progressive: true }).toBuffer();
    for (const compress of [true, false]) {
      expect(await refusal(png.subarray(0, -200), { compress })).toContain("PNG image is damaged");
      expect(await refusal(jpeg.subarray(0, -20), { compress })).toContain("JPEG image is damaged");
    }
  });

  it("random bytes behind each mark, in words without the library's names", async () => {
    const random = await noise(60, 20).raw().toBuffer();
    const marks = [
      ...["\xff\xd8\xff\xe0", "\x89PNG\r\n\x1a\n", "RIFF\xff\0\0\0WEBPVP8 ", "GIF89a", "II*\0"],
      ...["MM\0*", "\0\0\0\x1cftypavif", "\0\0\0\x1cftypmif1\0\0\0\0mif1avif"],
    ];
    for (const mark of marks) {
      const message = await refusal(Buffer.concat([Buffer.from(mark, "latin1"), random]));
      expect(message).toMatch(/ image is damaged or incomplete and cannot be decoded( \(.+\))?$/);
      expect(message).not.toMatch(/vips|loader|buffer|source|\/|\n/i);
    }
  });
});

describe("compressImage keeps going", () => {
  it("on images with bytes flipped anywhere: each is made or refused", async () => {
    const formats = ["jpeg", "png", "webp", "gif", "tiff", "avif"] as const;
    const random = await noise(64, 64).raw().toBuffer();
    for (const format of formats) {
      const image = await noise(40, 30).withIccProfile("p3").toFormat(format).toBuffer();
      for (let at = 0; at < 240; at += 8) {
        const bytes = Buffer.from(image);
        const place = random.readUInt32LE(at) % (at % 16 === 0 ? 400 : bytes.length);
        bytes[place % bytes.length] = random[at + 4] ?? 0;
        expect(await run(bytes)).toHaveProperty("ok");
      }
    }
  });

  it("with memory that settles over 300 hostile images", async () => {
    const noisy = await noise(900, 700).png().toBuffer();
    const inputs = [
      gifFile(10_000),
      noisy.subarray(0, -5000),
      pngFile({ width: 7000, height: 7000, depth: 8, colour: 2, rows: Buffer.alloc(90_000) }),
      (await noise(900, 700).jpeg().toBuffer()).subarray(0, -5000),
      (await noise(300, 200).avif({ effort: 0 }).toBuffer()).subarray(0, -500),
      (await noise(300, 200).webp().toBuffer()).subarray(0, -500),
      Buffer.from(svg),
    ];
    const round = async (count: number) => {
      for (let at = 0; at < count; at += 1) await run(inputs[at % inputs.length] ?? noisy);
    };
    await round(100);
    const before = process.memoryUsage.rss();
    await round(300);
    expect((process.memoryUsage.rss() - before) / 1e6).toBeLessThan(100);
    expect(sharp.counters()).toEqual({ queue: 0, process: 0 });
  });
});
