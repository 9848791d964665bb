import { createWriteStream } from "node:fs";
import { lstat, mkdtemp, open, rename, rm, stat, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ServiceError } from "../../errors/service-error.ts";
import type { Signal } from "../../runtime/light-signal.ts";
import { DATA_LIMITS, DataCheck, dataError, type DataLimits } from "./data-check.ts";
import { shuffled } from "./shuffled.ts";
import { untilAborted } from "./until-aborted.ts";

interface PrepareOptions {
  /** A JSONL file, or what is in one as it comes, in pieces cut anywhere. */
  source: string | AsyncIterable<Uint8Array | string>;
  /** A folder, for `train.jsonl` and `validation.jsonl`. Neither may be there. */
  folder: string;
  /** How much of the examples is held back from training, from 0 to below 1. Default 0.1. */
  validationShare?: number;
  /** The examples come in the same order for the same seed. Default 0. */
  seed?: number;
  signal?: Signal;
  limits?: DataLimits;
}

/** What became of the lines. */
export interface PreparedData {
  train: number;
  validation: number;
  /** Examples left out because an earlier line says the same. */
  duplicates: number;
  emptyLines: number;
}

const TRAIN_FILE = "train.jsonl";
const VALIDATION_FILE = "validation.jsonl";

/** Lines read at a time: one by one, each waits for the disk. */
const READ_TOGETHER = 16;
/** Bytes written at a time. */
const WRITE_TOGETHER = 65_536;

/**
 * Makes training data of a JSONL file: each line checked and brought into the chat form, shuffled,
 * and split in two files. Both appear when they are complete; after a failure there is neither.
 * @throws ServiceError `invalid_request`, which names the first ten wrong lines; the signal's
 * reason; what the file system throws.
 */
export async function prepareData(options: PrepareOptions): Promise<PreparedData> {
  const { source, folder, validationShare = 0.1, seed = 0, limits = DATA_LIMITS } = options;
  const { signal = new AbortController().signal } = options;
  if (!(validationShare >= 0 && validationShare < 1)) {
    throw wrongOption("validationShare", "is a number from 0 to below 1");
  }
  if (!Number.isSafeInteger(seed)) throw wrongOption("seed", "is a whole number");
  signal.throwIfAborted();
  await assertFolder(folder);
  // Beside the files to be, so that a rename puts them in place.
  const work = await mkdtemp(join(folder, ".prepare-"));
  try {
    const all = join(work, "examples.jsonl");
    const check = new DataCheck(limits);
    await writeExamples(source, check, all, signal);
    check.assertUsable();
    const { ends, duplicates, emptyLines } = check;
    const validation = validationCount(ends.length, validationShare);
    const order = shuffled(ends.length, seed);
    const parts = [
      { name: VALIDATION_FILE, numbers: order.subarray(0, validation) },
      { name: TRAIN_FILE, numbers: order.subarray(validation) },
    ].filter(({ numbers }) => numbers.length > 0);
    const file = await open(all);
    try {
      for (const { name, numbers } of parts) {
        await write(linesAt(file, ends, numbers), join(work, name), signal);
      }
    } finally {
      await file.close();
    }
    await moveAll(
      parts.map(({ name }) => name),
      work,
      folder,
    );
    return { train: ends.length - validation, validation, duplicates, emptyLines };
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function writeExamples(
  source: PrepareOptions["source"],
  check: DataCheck,
  path: string,
  signal: Signal,
): Promise<void> {
  const pieces = typeof source === "string" ? await fileAt(source) : source;
  try {
    await write(check.examples(untilAborted(pieces, signal)), path, signal);
  } finally {
    if (pieces instanceof Readable) pieces.destroy();
  }
}

/** @throws ServiceError when the files cannot be put there. */
async function assertFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (!found?.isDirectory()) throw wrongOption("folder", `is a folder, and '${folder}' is none`);
  for (const name of [TRAIN_FILE, VALIDATION_FILE]) {
    const isThere = await lstat(join(folder, name)).then(
      () => true,
      () => false,
    );
    if (isThere) throw wrongOption("folder", `has a ${name} already, which is not written over`);
  }
}

function wrongOption(param: string, problem: string): ServiceError {
  return new ServiceError("invalid_request", `training data: ${param} ${problem}`, { param });
}

/** @throws ServiceError when it cannot be read. */
async function fileAt(path: string): Promise<Readable> {
  const file = await open(path).catch((cause: Error) => {
    throw dataError(`it cannot be read: ${cause.message}`);
  });
  if (!(await file.stat()).isDirectory()) return file.createReadStream();
  await file.close();
  throw dataError(`'${path}' is a folder`);
}

/** Flushed, so that no rename is on the disk before what it is about. */
function write(lines: AsyncIterable<Buffer>, path: string, signal: Signal): Promise<void> {
  const file = createWriteStream(path, { flags: "wx", flush: true });
  return pipeline(gathered(lines, signal), file);
}

/** The same bytes in fewer pieces. @throws the signal's reason. */
async function* gathered(lines: AsyncIterable<Buffer>, signal: Signal): AsyncGenerator<Buffer> {
  let parts: Buffer[] = [];
  let length = 0;
  for await (const line of lines) {
    signal.throwIfAborted();
    parts.push(line);
    length += line.byteLength;
    if (length < WRITE_TOGETHER) continue;
    yield Buffer.concat(parts, length);
    parts = [];
    length = 0;
  }
  if (length > 0) yield Buffer.concat(parts, length);
}

/** Lines of a file by their numbers from 0, given where each of them ends. */
async function* linesAt(
  file: FileHandle,
  ends: number[],
  numbers: Uint32Array,
): AsyncGenerator<Buffer> {
  const lineAt = async (number: number): Promise<Buffer> => {
    const start = ends[number - 1] ?? 0;
    const length = (ends[number] ?? start) - start;
    const { bytesRead, buffer } = await file.read(Buffer.allocUnsafe(length), 0, length, start);
    if (bytesRead !== length) throw new Error("the examples' temporary file was cut");
    return buffer;
  };
  for (let from = 0; from < numbers.length; from += READ_TOGETHER) {
    const together = [...numbers.subarray(from, from + READ_TOGETHER)];
    yield* await Promise.all(together.map(lineAt));
  }
}

/** At least one where some are asked for, and never the last one that there is. */
function validationCount(examples: number, share: number): number {
  return share === 0 ? 0 : Math.min(examples - 1, Math.max(1, Math.round(examples * share)));
}

/** Moves all files, or none. */
async function moveAll(names: string[], from: string, to: string): Promise<void> {
  const moved: string[] = [];
  try {
    for (const name of names) {
      const target = join(to, name);
      await rename(join(from, name), target);
      moved.push(target);
    }
  } catch (err) {
    await Promise.all(moved.map((target) => rm(target, { force: true })));
    throw err;
  }
}
