import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import {
  savedBytes,
  type ImageFacts,
  type ImageOptions,
} from "../../../src/images/image-compressor.ts";
import type { Caller } from "../../../src/runtime/caller.ts";
import { compressed, image, setUpCompressor } from "./compressor-set-up.ts";

const never: Caller = { tenant: "a", signal: new AbortController().signal };
const refusal = (message = "The image is empty") => new ServiceError("invalid_request", message);
const textOf = (bytes: Uint8Array | undefined) => bytes && Buffer.from(bytes).toString();

describe("prepare", () => {
  it("makes images ready in their order, whichever is ready first", async () => {
    const { compressor, end } = setUpCompressor();
    const ready = compressor.prepare([image("a"), image("b")], {}, never);
    await turn();
    end(1).resolve(compressed("B"));
    await turn();
    end(0).resolve(compressed("A"));
    const { source, sent } = compressed("");
    const facts = { source, sent, ms: 5, cached: false };
    expect(await ready).toEqual([
      { base64: Buffer.from("A"), facts },
      { base64: Buffer.from("B"), facts },
    ]);
  });

  it("has nothing to do without images", async () => {
    expect(await setUpCompressor().compressor.prepare([], {}, never)).toEqual([]);
  });

  it("works on two images of a request at once, so that others' come between", async () => {
    const { compressor, end, hashes } = setUpCompressor();
    const ready = compressor.prepare(
      ["a", "b", "c", "d"].map((hash) => image(hash)),
      {},
      never,
    );
    await turn();
    expect(hashes()).toEqual(["a", "b"]);
    end(1).resolve(compressed("B"));
    await turn();
    expect(hashes()).toEqual(["a", "b", "c"]);
    end(0).resolve(compressed("A"));
    end(2).resolve(compressed("C"));
    await turn();
    end(3).resolve(compressed("D"));
    expect((await ready).map(({ base64 }) => textOf(base64))).toEqual(["A", "B", "C", "D"]);
  });

  it("asks for what the settings say, unless the request says otherwise", async () => {
    const { compressor, begun } = setUpCompressor();
    const asked = async (options: ImageOptions) => {
      void compressor.prepare([image(`${begun.length}`)], options, never);
      await turn();
      return begun.at(-1)?.options;
    };
    const defaults = {
      ...{ compress: true, format: "jpeg", formatIsRequested: false, maxDimension: 2667 },
      ...{ quality: 85, pngLevel: 6, maxPixels: 1_000_000 },
    };
    expect(await asked({})).toEqual(defaults);
    expect(
      await asked({ compress: undefined, maxDimension: undefined, format: undefined }),
    ).toEqual(defaults);
    expect(await asked({ format: "jpeg" })).toEqual({ ...defaults, formatIsRequested: true });
    expect(await asked({ format: "webp", maxDimension: 256 })).toEqual({
      ...defaults,
      format: "webp",
      formatIsRequested: true,
      maxDimension: 256,
    });
    expect(await asked({ maxDimension: 9999 })).toEqual(defaults);
    expect(await asked({ compress: false })).toEqual({ ...defaults, compress: false });
  });

  it.each<[string, ImageOptions, ImageOptions]>([
    ["the format", { format: "png" }, { format: "webp" }],
    ["a requested JPEG, which may grow, and none requested", { format: "jpeg" }, {}],
    ["the size", { maxDimension: 256 }, { maxDimension: 512 }],
    ["whether it is compressed at all", { compress: false }, {}],
  ])("makes one image twice when requests differ in %s", async (_, one, other) => {
    const { compressor, begun, end } = setUpCompressor();
    const first = compressor.prepare([image("a")], one, never);
    const second = compressor.prepare([image("a")], other, never);
    await turn();
    expect(begun).toHaveLength(2);
    end(0).resolve(compressed("1"));
    end(1).resolve(compressed("2"));
    expect(textOf((await first)[0]?.base64)).toBe("1");
    expect(textOf((await second)[0]?.base64)).toBe("2");
  });

  it.each<[string, ImageOptions, ImageOptions]>([
    ["a size above the limit and none", { maxDimension: 9999 }, {}],
    ["compression and no word of it", { compress: true }, {}],
    [
      "sizes and formats of what is not compressed",
      { compress: false, format: "png" },
      { compress: false, maxDimension: 256 },
    ],
  ])("makes one image once for %s", async (_, one, other) => {
    const { compressor, begun, end } = setUpCompressor();
    const both = [one, other].map((options) => compressor.prepare([image("a")], options, never));
    await turn();
    expect(begun).toHaveLength(1);
    end(0).resolve(compressed("1"));
    await Promise.all(both);
  });

  it("makes an image once that is in a request twice, and says that the other cost nothing", async () => {
    const { compressor, begun, end } = setUpCompressor();
    const ready = compressor.prepare([image("a", "images.0"), image("a", "images.1")], {}, never);
    await turn();
    end(0).resolve(compressed("A"));
    const [first, second] = await ready;
    expect(begun).toHaveLength(1);
    expect(first?.facts).toMatchObject({ cached: false, ms: 5 });
    expect(second?.facts).toMatchObject({ cached: true, ms: 0 });
    expect(textOf(second?.base64)).toBe("A");
    const [third] = await compressor.prepare([image("a")], {}, never);
    expect(third?.facts.cached).toBe(true);
    expect(compressor.stats()).toMatchObject({ size: 1, hits: 2, misses: 1 });
  });

  it("refuses with the place of the image, of each request its own", async () => {
    const { compressor, begun, end } = setUpCompressor();
    const both = Promise.allSettled([
      compressor.prepare([image("a", "images.3")], {}, never),
      compressor.prepare([image("a", "messages.0.content.1.image_url.url")], {}, never),
    ]);
    await turn();
    expect(begun).toHaveLength(1);
    end(0).reject(refusal());
    const refused = (path: string) => ({
      status: "rejected",
      reason: { code: "invalid_request", message: `${path}: The image is empty`, param: path },
    });
    expect(await both).toMatchObject([
      refused("images.3"),
      refused("messages.0.content.1.image_url.url"),
    ]);
  });

  it("passes on what is no refusal as it is, and begins no further image", async () => {
    const { compressor, end, hashes } = setUpCompressor();
    const ready = compressor.prepare(
      ["a", "b", "c"].map((hash) => image(hash)),
      {},
      never,
    );
    await turn();
    const full = new ServiceError("queue_full", "64 images wait");
    end(0).reject(full);
    await expect(ready).rejects.toBe(full);
    end(1).resolve(compressed("B"));
    await turn();
    expect(hashes()).toEqual(["a", "b"]);
  });

  it("calls off what is under way when the client leaves, and begins nothing more", async () => {
    const { compressor, begun } = setUpCompressor();
    const left = new AbortController();
    const ready = compressor.prepare(
      ["a", "b", "c"].map((hash) => image(hash)),
      {},
      { ...never, signal: left.signal },
    );
    await turn();
    const reason = new Error("the client left");
    left.abort(reason);
    await expect(ready).rejects.toBe(reason);
    await turn();
    expect(begun.map(({ signal }) => signal.aborted)).toEqual([true, true]);
    await expect(
      compressor.prepare([image("d")], {}, { ...never, signal: left.signal }),
    ).rejects.toBe(reason);
    expect(begun).toHaveLength(2);
  });
});

describe("prepareUsable", () => {
  it("leaves out what cannot be used, each in its place", async () => {
    const { compressor, end } = setUpCompressor();
    const ready = compressor.prepareUsable(
      ["a", "b", "c"].map((hash) => image(hash)),
      never,
    );
    await turn();
    end(1).reject(refusal());
    await turn();
    end(0).resolve(compressed("A"));
    end(2).resolve(compressed("C"));
    expect((await ready).map((one) => textOf(one?.base64))).toEqual(["A", undefined, "C"]);
  });

  it.each(["queue_full", "internal_error", "shutting_down"] as const)(
    "fails with %s, which is no fault of the image",
    async (code) => {
      const { compressor, end } = setUpCompressor();
      const ready = compressor.prepareUsable([image("a"), image("b")], never);
      await turn();
      end(0).reject(refusal());
      end(1).reject(new ServiceError(code, "no"));
      await expect(ready).rejects.toMatchObject({ code });
    },
  );

  it("fails with the reason of a client that leaves", async () => {
    const { compressor } = setUpCompressor();
    const left = new AbortController();
    const ready = compressor.prepareUsable([image("a")], { ...never, signal: left.signal });
    await turn();
    left.abort(new Error("the client left"));
    await expect(ready).rejects.toThrow("the client left");
  });

  it("works on two images at once: a body may hold more than the pool lets wait", async () => {
    const { compressor, begun, end } = setUpCompressor();
    const images = Array.from({ length: 100 }, (_, i) => image(`${i}`));
    const ready = compressor.prepareUsable(images, never);
    for (let i = 0; i < 100; i += 1) {
      await turn();
      expect(begun).toHaveLength(Math.min(i + 2, 100));
      end(i).resolve(compressed(`${i}`));
    }
    expect((await ready).map((one) => textOf(one?.base64))).toEqual(images.map(({ hash }) => hash));
  });
});

describe("savedBytes", () => {
  const facts = (from: number, to: number, cached = false): ImageFacts => {
    const { source, sent } = compressed("");
    return { source: { ...source, bytes: from }, sent: { ...sent, bytes: to }, ms: 1, cached };
  };

  it("adds up what was compressed for this request", () => {
    expect(savedBytes([facts(100, 60), facts(50, 45)])).toBe(45);
    expect(savedBytes([facts(100, 60), facts(50, 70)])).toBe(20);
  });

  it("counts nothing for images from the cache", () => {
    expect(savedBytes([facts(100, 60, true), facts(50, 45)])).toBe(5);
    expect(savedBytes([facts(100, 60, true)])).toBeNull();
  });

  it("is null when nothing was saved", () => {
    expect(savedBytes([])).toBeNull();
    expect(savedBytes([facts(100, 100)])).toBeNull();
    expect(savedBytes([facts(100, 160)])).toBeNull();
  });
});
