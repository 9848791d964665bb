import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import type { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";

const END_OF_DIRECTORY = 0x06_05_4b_50;
const DIRECTORY_ENTRY = 0x02_01_4b_50;
const MAX_COMMENT = 65_535;
const STORED = 0;
const DEFLATED = 8;

type Member = { name: string; method: number; packedSize: number; size: number; offset: number };

/**
 * Opens the first member of a zip archive whose name ends in `suffix`, and unpacks it while it is
 * read. Archives beyond 4 GB (zip64) are not supported.
 * @throws {Error} when the file is no such archive or holds no such member.
 */
export async function openZipMember(
  path: string,
  suffix: string,
): Promise<{ size: number; content: Readable }> {
  const member = (await readDirectory(path)).find(({ name }) => name.endsWith(suffix));
  if (!member) throw new Error(`${path} holds no ${suffix} file`);
  if (member.method !== STORED && member.method !== DEFLATED) {
    throw new Error(`${path}: compression ${member.method} is unknown`);
  }
  const start = member.offset + (await localHeaderSize(path, member.offset));
  const packed = createReadStream(path, { start, end: start + member.packedSize - 1 });
  if (member.method === STORED) return { size: member.size, content: packed };
  const content = createInflateRaw();
  packed.on("error", (err) => content.destroy(err));
  content.on("close", () => packed.destroy());
  return { size: member.size, content: packed.pipe(content) };
}

async function readDirectory(path: string): Promise<Member[]> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const tail = Buffer.alloc(Math.min(size, MAX_COMMENT + 22));
    await file.read(tail, 0, tail.length, size - tail.length);
    let at = tail.length - 22;
    while (at >= 0 && tail.readUInt32LE(at) !== END_OF_DIRECTORY) at -= 1;
    if (at < 0) throw new Error(`${path} is no zip archive`);
    const directory = Buffer.alloc(tail.readUInt32LE(at + 12));
    await file.read(directory, 0, directory.length, tail.readUInt32LE(at + 16));
    return parseDirectory(directory);
  } finally {
    await file.close();
  }
}

function parseDirectory(bytes: Buffer): Member[] {
  const members: Member[] = [];
  let at = 0;
  while (at + 46 <= bytes.length && bytes.readUInt32LE(at) === DIRECTORY_ENTRY) {
    const nameLength = bytes.readUInt16LE(at + 28);
    members.push({
      method: bytes.readUInt16LE(at + 10),
      packedSize: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      offset: bytes.readUInt32LE(at + 42),
      name: bytes.toString("utf8", at + 46, at + 46 + nameLength),
    });
    at += 46 + nameLength + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return members;
}

/** The local header repeats name and extra field, whose lengths may differ from the directory's. */
async function localHeaderSize(path: string, offset: number): Promise<number> {
  const file = await open(path);
  try {
    const header = Buffer.alloc(30);
    await file.read(header, 0, header.length, offset);
    return header.length + header.readUInt16LE(26) + header.readUInt16LE(28);
  } finally {
    await file.close();
  }
}
