import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { setImmediate as turn } from "node:timers/promises";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { composeImages } from "../../src/compose/images.ts";
import type { ImageBody, ImageBodyReader } from "../../src/images/image-body.ts";
import { ClientLeft } from "../../src/errors/abort-reasons.ts";
import type { Caller } from "../../src/runtime/caller.ts";
import { entryFile, entryUrl, projectRoot } from "../../src/runtime/paths.ts";
import { openWorkerPool, type WorkerPool } from "../../workers/pool.ts";
import type { CompressOptions } from "../../src/images/compressed-image.ts";
import { loadSettings } from "../support/config.ts";
import { within } from "../support/deadline.ts";
import { disposition, FORM_TYPE, formBody, zstd } from "../support/encoded-bodies.ts";
import { drawing, photo } from "../support/image-files.ts";
import { watchThreads } from "../support/watched-threads.ts";

/** The service's own threads. */
function openPool({ threads = 1 } = {}): WorkerPool {
  const pool = openWorkerPool({
    entry: entryUrl("workers/main.ts"),
    threads,
    taskDeadlineMs: 30_000,
    onFault: (err) => expect.fail(`a thread died: ${String(err)}`),
  });
  onTestFinished(() => pool.destroy());
  return pool;
}

const OPTIONS: CompressOptions = {
  compress: true,
  format: "jpeg",
  formatIsRequested: false,
  maxDimension: 512,
  quality: 85,
  pngLevel: 6,
  maxPixels: 100_000_000,
};

const bodyOf = (value: unknown): Uint8Array => new Uint8Array(Buffer.from(JSON.stringify(value)));
const hashOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
const url = (bytes: Uint8Array): string =>
  `data:image/png;base64,${Buffer.from(bytes).toString("base64")}`;
/** Bytes of megabytes that are no image; no two places of it are alike. */
const large = (mark: number): Buffer =>
  Buffer.from(Uint32Array.from({ length: 700_000 }, (_, i) => i * 7 + mark).buffer);

describe("readImageBody on a thread", () => {
  it("hands the body over and gets the images back whole", async () => {
    const [one, other] = [large(1), large(2)];
    const body = bodyOf({ prompt: "äöü 😀", images: [url(one), url(other)] });
    const pieces = [body.slice(0, 1_000_000), body.slice(1_000_000)];
    const result = await openPool().run(
      "readImageBody",
      { pieces, maxImageBytes: 10_000_000 },
      { transfer: pieces },
    );
    for (const piece of pieces) expect([piece.length, piece.buffer.byteLength]).toEqual([0, 0]);
    expect(result).toMatchObject({ ok: true, value: { prompt: "äöü 😀", images: ["0", "1"] } });
    const images = result.ok ? result.images.filter((image) => image.ok) : [];
    expect(images.map(({ hash }) => hash)).toEqual([hashOf(one), hashOf(other)]);
    expect(images.map(({ bytes }) => hashOf(bytes))).toEqual([hashOf(one), hashOf(other)]);
    for (const { bytes } of images) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it("copies a body that it is not told to hand over", async () => {
    const body = bodyOf({ images: [] });
    await openPool().run("readImageBody", { pieces: [body], maxImageBytes: 1 });
    expect(body.length).toBeGreaterThan(0);
  });

  it("tells what is expected to fail as data, on a thread that lives on", async () => {
    const { seen } = watchThreads();
    const pool = openPool();
    const read = (json: string) =>
      pool.run("readImageBody", { pieces: [Buffer.from(json)], maxImageBytes: 10 });
    expect(await read("nope")).toMatchObject({ ok: false });
    expect(await read('{"images":["https://x"]}')).toMatchObject({ images: [{ ok: false }] });
    // As deep as this it could be made on the thread, and not be read on this side.
    for (const depth of [501, 5000, 50_000]) {
      const nested = `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      expect(await within(read(nested), `the refusal of ${depth} levels`)).toMatchObject({
        ok: false,
      });
    }
    const deepest = `{"a":${"[".repeat(499)}${"]".repeat(499)}}`;
    expect(await read(deepest)).toEqual({ ok: true, value: JSON.parse(deepest), images: [] });
    expect(seen).toEqual({ begun: 1, ended: 0 });
  });

  it("lets no field become a prototype on its way", async () => {
    const body = Buffer.from('{"__proto__":{"isAdmin":true},"a":{"__proto__":null}}');
    const result = await openPool().run("readImageBody", { pieces: [body], maxImageBytes: 1 });
    const value = result.ok ? (result.value as Record<string, object>) : {};
    expect(Object.keys(value)).toEqual(["__proto__", "a"]);
    expect(value["isAdmin"]).toBeUndefined();
    expect(Object.getPrototypeOf(value["a"])).toBe(Object.prototype);
  });
});

describe("locateImages on a thread", () => {
  it("gives the body back and the images of it", async () => {
    const bytes = large(3);
    const body = bodyOf({ prompt: "ü", images: [bytes.toString("base64")] });
    const before = Buffer.from(body);
    const pool = openPool();
    const input = { body, maxImageBytes: 10_000_000 };
    const result = await pool.run("locateImages", input, { transfer: [body] });
    expect(body).toHaveLength(0);
    expect(before.equals(result.body)).toBe(true);
    const [image] = result.images;
    expect(before.toString("latin1", image?.start, image?.end)).toBe(bytes.toString("base64"));
    expect(image?.image.hash).toBe(hashOf(bytes));
  });

  it("takes a thousand of ten thousand images, and bodies without any", async () => {
    const pool = openPool();
    const images = Array.from({ length: 10_000 }, () => "QUJD");
    const many = { body: bodyOf({ images }), maxImageBytes: 10 };
    const located = await within(pool.run("locateImages", many), "the images", 10_000);
    expect(located.images).toHaveLength(1000);
    for (const json of ["", "nope", "null", "{}"]) {
      const body = new Uint8Array(Buffer.from(json));
      const result = await pool.run("locateImages", { body, maxImageBytes: 10 });
      expect(Buffer.from(result.body).toString()).toBe(json);
      expect(result.images).toEqual([]);
    }
  });
});

describe("compressImage on a thread", () => {
  it("hands the image over and gets base64 in memory of its own", async () => {
    const pool = openPool();
    const bytes = new Uint8Array(await photo({ width: 900, height: 600 }));
    const input = { bytes, options: OPTIONS };
    const result = await pool.run("compressImage", input, { transfer: [bytes] });
    expect(bytes).toHaveLength(0);
    if (!result.ok) throw new Error(result.message);
    const { base64, source, sent } = result;
    expect(source).toMatchObject({ format: "jpeg", width: 900, height: 600 });
    expect(sent).toMatchObject({ format: "jpeg", width: 512, height: 341 });
    expect(base64.buffer.byteLength).toBe(base64.byteLength);
    const decoded = Buffer.from(Buffer.from(base64).toString("latin1"), "base64");
    expect(decoded.length).toBe(sent.bytes);
    expect([...decoded.subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
  });

  it("refuses as data, on a thread that lives on", async () => {
    const { seen } = watchThreads();
    const pool = openPool();
    const refused = (bytes: Uint8Array) => pool.run("compressImage", { bytes, options: OPTIONS });
    expect(await refused(new Uint8Array())).toMatchObject({ ok: false });
    expect(await refused(Buffer.from("no image at all"))).toMatchObject({ ok: false });
    expect(await refused((await photo()).subarray(0, 400))).toMatchObject({ ok: false });
    const good = { bytes: await drawing(), options: OPTIONS };
    expect(await pool.run("compressImage", good)).toMatchObject({ ok: true });
    expect(seen).toEqual({ begun: 1, ended: 0 });
  });

  it("called off while it works ends its thread; the next image is made", async () => {
    const pool = openPool();
    const bytes = await photo({ width: 1600, height: 1200 });
    const compress = (signal?: AbortSignal) =>
      pool.run("compressImage", { bytes, options: OPTIONS }, { ...(signal && { signal }) });
    for (let i = 0; i < 8; i += 1) {
      const left = new AbortController();
      const output = compress(left.signal).catch((err: unknown) => err);
      // Each time a little later: in front of the library, in it, and behind.
      for (let turns = 0; turns < i * 200; turns += 1) await turn();
      left.abort(new ClientLeft());
      expect([new ClientLeft(), expect.objectContaining({ ok: true })]).toContainEqual(
        await output,
      );
    }
    expect(await compress()).toMatchObject({ ok: true });
    expect(pool.size).toBe(0);
  });
});

describe("inspectBody on a thread", () => {
  it("reads a body's facts", async () => {
    const body = bodyOf({ model: "m", stream: true });
    const read = await openPool().run("inspectBody", [body]);
    expect(read.facts).toMatchObject({ model: "m", modelIsCertain: true, stream: true });
    expect(Buffer.from(read.body).toString()).toBe(Buffer.from(body).toString());
  });

  it("gives back facts that can be read, whatever the options are", async () => {
    const { seen } = watchThreads();
    const pool = openPool();
    for (const depth of [600, 5000, 50_000]) {
      const nested = `${"[".repeat(depth)}${"]".repeat(depth)}`;
      const body = Buffer.from(`{"model":"m","options":{"num_ctx":${nested}}}`);
      const read = pool.run("inspectBody", [body]);
      expect((await within(read, `the facts of ${depth} levels`)).facts).toMatchObject({
        model: expect.stringMatching(/^m?$/) as string,
        loadOptions: undefined,
      });
    }
    expect(seen).toEqual({ begun: 1, ended: 0 });
  });
});

describe("inspectZstd on a thread", () => {
  /** Hands a body over in two pieces, and has it looked into. */
  async function inspect(body: Buffer, pool = openPool()) {
    const half = body.length >> 1;
    const pieces = [new Uint8Array(body.subarray(0, half)), new Uint8Array(body.subarray(half))];
    const read = await pool.run("inspectZstd", pieces, { transfer: pieces });
    for (const piece of pieces) expect([piece.length, piece.buffer.byteLength]).toEqual([0, 0]);
    return read;
  }

  it("reads a body's facts and gives it back as it came", async () => {
    const image = large(1).toString("base64");
    const body = zstd(JSON.stringify({ model: "m", stream: true, images: [image] }));
    const read = await inspect(body);
    if (!read.ok) throw new Error("it is not too large");
    expect(read.facts).toMatchObject({ model: "m", modelIsCertain: true, hasImages: true });
    expect(hashOf(read.body)).toBe(hashOf(body));
  });

  it.each([
    [
      "no zstd but JSON",
      Buffer.from('{"model":"m"}'),
      { model: "m", modelIsCertain: false, isUnread: false },
    ],
    ["zstd that holds no JSON", zstd("model=m"), { model: "", isUnread: false }],
    ["zstd that breaks off", zstd('{"model":"m"}').subarray(0, -1), { model: "", isUnread: true }],
    ["nothing", Buffer.alloc(0), { model: "", isUnread: false }],
  ])("has the facts that a server may find in %s", async (_what, body, facts) => {
    const read = await inspect(body);
    if (!read.ok) throw new Error("it is not too large");
    expect(read.facts).toMatchObject(facts);
    expect(Buffer.from(read.body).equals(body)).toBe(true);
  });

  it("gives nothing back of what is too large", async () => {
    const { seen } = watchThreads();
    const pool = openPool();
    const bomb = zstd(Buffer.alloc(100_000_000, " "));
    for (let i = 0; i < 5; i += 1) {
      expect(await inspect(bomb, pool)).toEqual({ ok: false, reason: "too_large" });
    }
    expect(seen).toEqual({ begun: 1, ended: 0 });
  });
});

describe("inspectForm on a thread", () => {
  it("reads a form's facts and gives it back as it came", async () => {
    const body = formBody([
      [disposition("model"), "m"],
      [disposition("file", "a.wav"), large(1)],
    ]);
    const pieces = [new Uint8Array(body.subarray(0, 50)), new Uint8Array(body.subarray(50))];
    const head = { contentType: FORM_TYPE, query: "" };
    const read = await openPool().run("inspectForm", { pieces, head }, { transfer: pieces });
    for (const piece of pieces) expect([piece.length, piece.buffer.byteLength]).toEqual([0, 0]);
    expect(read.facts).toMatchObject({ model: "m", modelIsCertain: true, hasAudio: true });
    expect(hashOf(read.body)).toBe(hashOf(body));
  });
});

it("a thread does not load the image library before the first image", async () => {
  const script = `${projectRoot}/tests/support/loads-sharp.mjs`;
  const run = promisify(execFile)(process.execPath, [script, entryFile("workers/main.ts")]);
  const { stdout } = await within(run, "the program's end");
  expect(JSON.parse(stdout)).toEqual({ before: false, after: true });
});

/** Has a body read that is too large for the main thread. */
function onThread(
  found: ReturnType<ImageBodyReader>,
  signal = new AbortController().signal,
): Promise<ImageBody> {
  if (typeof found !== "function") throw new Error("it was read on the main thread");
  return found(caller(signal));
}

/** A client of a project, until the signal calls its work off. */
function caller(signal = new AbortController().signal): Caller {
  return { tenant: "a", signal };
}

describe("the service's images", () => {
  const setUp = () => {
    const threads = watchThreads();
    const pool = openPool({ threads: 2 });
    return { images: composeImages(loadSettings({}), pool), pool, ...threads };
  };

  it("are read on the main thread up to 64 KiB, and on a worker thread above", async () => {
    const { images, seen } = setUp();
    const body = (length: number): Uint8Array => {
      const json = `{"images":["${url(Buffer.from("a"))}"],"prompt":"`;
      return Buffer.from(`${json.padEnd(length - 2, "x")}"}`);
    };
    const small = images.read([body(65_536)]);
    expect(seen.begun).toBe(0);
    const big = await onThread(images.read([body(65_537)]));
    const found = { ok: true, value: { images: ["0"] }, images: [{ ok: true, path: "images.0" }] };
    expect([small, big]).toMatchObject([found, found]);
    expect(seen.begun).toBe(1);
  });

  it("leave a body alone that is only a part of its memory", async () => {
    const { images } = setUp();
    const memory = Buffer.alloc(200_000, "x");
    const body = memory.subarray(100_000);
    expect(await onThread(images.read([body]))).toMatchObject({ ok: false });
    expect(memory.toString()).toBe("x".repeat(200_000));
  });

  it("are called off with a client that leaves while its body is read", async () => {
    const { images, pool } = setUp();
    const left = new AbortController();
    const read = onThread(images.read([Buffer.alloc(100_000, "x")]), left.signal);
    left.abort(new ClientLeft());
    await expect(read).rejects.toThrow("the client left");
    expect(pool.size).toBe(0);
  });

  it("are put in the places of the large ones, twice the same, the rest stays as it is", async () => {
    const { images } = setUp();
    const bytes = await photo({ width: 3000, height: 200 });
    const base64 = bytes.toString("base64");
    const json = (a: string, b: string) =>
      `{ "model":"ü", "images":["${a}","no image","${a}"],"messages":[{"content":[{"image_url":{"url":"${b}"}}]}] }`;
    const body = Buffer.from(json(base64, `data:image/png;base64,${base64}`));
    const compressed = await images.compressImages(body, caller());
    expect(compressed.facts.map(({ cached }) => cached)).toEqual([false, true, true]);
    expect(compressed.facts[0]?.sent).toMatchObject({ format: "jpeg", width: 2667 });
    const text = Buffer.concat(compressed.pieces).toString();
    const { images: sent } = JSON.parse(text) as { images: [string, string, string] };
    expect(text).toBe(json(sent[0], `data:image/jpeg;base64,${sent[0]}`));
    expect(sent[0]).not.toBe(base64);
    expect(images.compressor.stats()).toMatchObject({ hits: 2, misses: 1 });
  });

  it("go on as they are when none of them can be used, or the body is no JSON", async () => {
    const { images } = setUp();
    for (const text of ["", "nope", '{"images":["QUJD","*"]}', '{"prompt":"x"}']) {
      const compressed = await images.compressImages(Buffer.from(text), caller());
      expect(Buffer.concat(compressed.pieces).toString()).toBe(text);
      expect(compressed.facts).toEqual([]);
    }
  });

  it("may be more in a body than may wait for a thread", async () => {
    const { images, pool } = setUp();
    const list = Array.from({ length: 200 }, (_, i) => Buffer.from(`no image ${i}`));
    const body = bodyOf({ images: list.map((bytes) => bytes.toString("base64")) });
    const before = Buffer.from(body);
    const compressed = await images.compressImages(body, caller());
    expect(before.equals(Buffer.concat(compressed.pieces))).toBe(true);
    expect(pool.size).toBe(0);
  });

  it("that one client has called off are made for the other that shares them", async () => {
    const { images } = setUp();
    const bytes = await photo({ width: 1600, height: 1200 });
    const image = () => ({ ok: true as const, path: "p", bytes: new Uint8Array(bytes), hash: "h" });
    const left = new AbortController();
    const first = images.compressor.prepare([image()], {}, caller(left.signal));
    const second = images.compressor.prepare([image()], {}, caller());
    left.abort(new ClientLeft());
    await expect(first).rejects.toThrow("the client left");
    expect((await second)[0]?.facts.source).toMatchObject({ width: 1600, height: 1200 });
  });
});
