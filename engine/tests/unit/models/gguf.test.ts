import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { configOf, humanNumber, kindOf } from "../../../models/gguf/describe.ts";
import { readGguf } from "../../../models/gguf/header.ts";
import {
  type GgufParts,
  ggufFile,
  raw,
  text,
  u32,
  u64,
} from "../../../../tests/support/gguf-files.ts";

const HUGE = 2n ** 60n;

async function file(content: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gguf-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const path = join(folder, "model.gguf");
  await writeFile(path, content);
  return path;
}

const header = async (parts: GgufParts, options?: { lists?: boolean }) =>
  readGguf(await file(ggufFile(parts)), options);

describe("a GGUF header", () => {
  const list = { "general.architecture": "llama", "tokenizer.ggml.tokens": ["a", "b"] };

  it("gives entries, tensors and their count", async () => {
    const { metadata, tensors, parameterCount } = await header({ entries: list });
    expect(metadata).toEqual({ "general.architecture": "llama", "tokenizer.ggml.tokens": null });
    expect(tensors).toEqual([{ name: "token_embd.weight", type: "F32", shape: [32, 4] }]);
    expect(parameterCount).toBe(128);
  });

  it("gives lists when asked, and empty ones always", async () => {
    const asked = await header({ entries: list }, { lists: true });
    expect(asked.metadata["tokenizer.ggml.tokens"]).toEqual(["a", "b"]);
    const { metadata } = await header({ entries: { none: [] } });
    expect(metadata).toEqual({ none: [] });
  });

  it("reads every kind of value", async () => {
    const float = Buffer.alloc(4);
    float.writeFloatLE(1e-5);
    const { metadata } = await header({
      entries: {
        u8: raw(0, Buffer.from([255])),
        i8: raw(1, Buffer.from([255])),
        f32: raw(6, float),
        yes: true,
        u64: raw(10, u64(2n ** 40n)),
        list: raw(9, u32(4), u64(2n), u32(7), u32(8)),
      },
    });
    const values = { u8: 255, i8: -1, f32: 1e-5, yes: true, u64: 2 ** 40, list: null };
    expect(metadata).toEqual(values);
  });

  it("says what a file is", async () => {
    expect(configOf(await header({}))).toEqual({
      model_format: "gguf",
      model_family: "llama",
      model_families: ["llama"],
      model_type: "128",
      file_type: "Q8_0",
    });
    expect(kindOf(await header({}))).toBe("model");
    expect(kindOf(await header({ entries: { "general.type": "adapter" } }))).toBe("adapter");
    const clip = { "general.architecture": "clip", "clip.vision.block_count": 3 };
    expect(kindOf(await header({ entries: clip }))).toBe("projector");
  });

  it.each([
    [134_515_008, "134.52M"],
    [22_565_376, "22.57M"],
    [7_000_000_000, "7B"],
    [1_235_000_000, "1.2B"],
    [64_000, "64K"],
    [128, "128"],
  ])("shows %i parameters as %s", (count, shown) => {
    expect(humanNumber(count)).toBe(shown);
  });
});

describe("a hostile GGUF file", () => {
  it.each<[string, Buffer, RegExp]>([
    ["nothing", Buffer.alloc(0), /not in GGUF format/],
    ["another format", Buffer.from("PK and so on, long enough"), /not in GGUF format/],
    ["only its magic", Buffer.from("GGUF"), /ends too early/],
    ["an old version", ggufFile({ version: 1 }), /version 1 is not supported/],
    ["the other byte order", ggufFile({ version: 0x03_00_00_00 }), /version 50331648/],
    ["too many tensors", ggufFile({ tensorCount: HUGE }), /tensors are more than can be right/],
    ["too many entries", ggufFile({ entryCount: HUGE }), /entries are more than can be right/],
    ["more tensors than load in time", ggufFile({ tensorCount: 8_193n }), /8193 tensors are more/],
    ["more entries than load in time", ggufFile({ entryCount: 4_097n }), /4097 entries are more/],
    ["more entries than there are", ggufFile({ entryCount: 60_000n, weights: 64 }), /./],
    [
      "a text longer than the world",
      ggufFile({ entries: { long: raw(8, u64(2n ** 63n)) } }),
      /bytes in a text are more than can be right/,
    ],
    [
      "a text longer than the file",
      ggufFile({ entries: { long: raw(8, u64(2n ** 20n)) } }),
      /ends too early/,
    ],
    [
      "a key longer than allowed",
      ggufFile({ entries: { ["k".repeat(70_000)]: 1 } }),
      /bytes in a key/,
    ],
    [
      "a list of lists",
      ggufFile({ entries: { deep: raw(9, u32(9), u64(1n), u32(9), u64(1n)) } }),
      /a list of lists is not supported/,
    ],
    [
      "a list longer than the world",
      ggufFile({ entries: { long: raw(9, u32(4), u64(HUGE)) } }),
      /list items are more than can be right/,
    ],
    [
      "a list longer than the file",
      ggufFile({ entries: { long: raw(9, u32(4), u64(1_000_000n)) } }),
      /ends too early/,
    ],
    [
      "texts in a list that lead beyond the end",
      ggufFile({ entries: { long: raw(9, u32(8), u64(2n), text("a"), u64(2n ** 62n)) } }),
      /bytes in a text are more than can be right/,
    ],
    ["a value of no type", ggufFile({ entries: { odd: raw(77) } }), /a value of type 77/],
    [
      "a tensor of many dimensions",
      ggufFile({ tensors: [{ name: "t", shape: [1, 1, 1, 1, 1] }] }),
      /5 dimensions of a tensor/,
    ],
    [
      "a tensor larger than numbers go",
      ggufFile({ tensors: [{ name: "t", shape: [2 ** 50, 2 ** 50] }] }),
      /values in a tensor are more than can be right/,
    ],
    [
      "a tensor outside of the file",
      ggufFile({ tensors: [{ name: "t", shape: [1], offset: 2 ** 52 }] }),
      /bytes before a tensor/,
    ],
    ["cut weights", ggufFile({ weights: 100 }), /the file is cut off: tensor "token_embd.weight"/],
    [
      "an alignment of nothing",
      ggufFile({ entries: { "general.alignment": 0 } }),
      /general.alignment is 0/,
    ],
  ])("with %s is refused with the reason", async (_what, content, reason) => {
    await expect(readGguf(await file(content))).rejects.toThrow(reason);
  });

  it("with one key twice is refused", async () => {
    const once = Buffer.concat([text("key"), u32(4), u32(1)]);
    const content = Buffer.concat([Buffer.from("GGUF"), u32(3), u64(0n), u64(2n), once, once]);
    await expect(readGguf(await file(content))).rejects.toThrow(/"key" stands there twice/);
  });

  it("is refused wherever it is cut off", async () => {
    const whole = ggufFile({ entries: { a: "text", b: 7, c: ["x", "y"] }, weights: 512 });
    for (let length = 0; length < whole.length; length += 1) {
      const path = await file(whole.subarray(0, length));
      await expect(readGguf(path), `${length} bytes`).rejects.toThrow();
    }
    await expect(readGguf(await file(whole))).resolves.toBeDefined();
  });
});
