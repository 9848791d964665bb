import { rm } from "node:fs/promises";
import type { BlobFolder } from "../blobs.ts";
import type { Layer } from "../manifest.ts";
import type { RegistryClient } from "./client.ts";
import { RegistryError, reasonOf } from "./errors.ts";
import { PartialFile } from "./partial-file.ts";
import { type RetryPlan, withRetries } from "./retry.ts";
import { StallWatch } from "./stall-watch.ts";

export type DownloadContext = {
  readonly client: RegistryClient;
  readonly blobs: BlobFolder;
  readonly signal: AbortSignal;
  readonly onProgress: (completed: number) => void;
  readonly retry: RetryPlan;
  readonly stallMs: number;
};

/**
 * Downloads a blob into the store, and continues an earlier download. Bytes that have arrived stay
 * when this download ends too early; they are removed when the digest is wrong.
 * @throws {RegistryError} with the sentence to show.
 */
export async function downloadBlob(
  path: string,
  { digest, size }: Pick<Layer, "digest" | "size">,
  context: DownloadContext,
): Promise<void> {
  const { blobs, signal, onProgress } = context;
  const partial = await PartialFile.open(blobs.partialPath(digest), size, signal);
  try {
    onProgress(partial.length);
    let furthest = partial.length;
    const attempt = async (progressed: () => void) => {
      try {
        await fetchRest(path, partial, size, context);
      } finally {
        if (partial.length > furthest) progressed();
        furthest = Math.max(furthest, partial.length);
      }
    };
    if (partial.length < size) await withRetries(attempt, context.retry, signal);
    if (partial.digest !== digest) {
      await rm(partial.path, { force: true });
      const text = `digest mismatch, file must be downloaded again: want ${digest}, got ${partial.digest}`;
      throw new RegistryError(text);
    }
    await adopt(partial.path, digest, size, blobs);
  } finally {
    await partial.close();
  }
}

/** Another process may have stored the same blob first. */
async function adopt(path: string, digest: string, size: number, blobs: BlobFolder): Promise<void> {
  try {
    await blobs.adopt(path, digest);
  } catch (err) {
    if (!(await blobs.has(digest, size))) throw err;
  }
}

/** Requests the missing bytes once. */
async function fetchRest(
  path: string,
  partial: PartialFile,
  size: number,
  { client, signal, onProgress, stallMs }: DownloadContext,
): Promise<void> {
  const watch = new StallWatch(stallMs, signal);
  await watch.run(async () => {
    const answer = await requestRest(path, partial, client, watch.signal);
    await fitAnswer(answer, partial, size);
    for await (const chunk of arriving(answer, watch)) {
      if (partial.length + chunk.length > size) {
        await partial.restart();
        throw new RegistryError(`the registry sends more than the ${size} bytes of the manifest`);
      }
      await partial.append(chunk);
      onProgress(partial.length);
    }
    if (partial.length < size) throw broken(new Error("the answer ended too early"));
  });
}

async function requestRest(
  path: string,
  partial: PartialFile,
  client: RegistryClient,
  signal: AbortSignal,
): Promise<Response> {
  if (partial.length === 0) return client.get(path, { signal });
  try {
    return await client.get(path, { headers: { range: `bytes=${partial.length}-` }, signal });
  } catch (err) {
    if (!(err instanceof RegistryError && err.status === 416)) throw err;
    await partial.restart();
    throw new RegistryError("the registry has less than was downloaded", { retryable: true });
  }
}

/**
 * Makes sure that the answer continues the partial file. A registry without ranges sends everything
 * again. An answer of another length is not the blob, and the partial file is kept.
 */
async function fitAnswer(answer: Response, partial: PartialFile, size: number): Promise<void> {
  if (answer.status === 206) {
    const start = /^bytes (\d+)-/.exec(answer.headers.get("content-range") ?? "")?.[1];
    if (Number(start) === partial.length) return;
    await answer.body?.cancel();
    throw new RegistryError("the registry sent another range than asked for", { retryable: true });
  }
  const length = answer.headers.get("content-length");
  if (length !== null && Number(length) !== size) {
    await answer.body?.cancel();
    const text = `the registry has ${length} bytes where its manifest names ${size}`;
    throw new RegistryError(text, { retryable: true });
  }
  if (partial.length > 0) await partial.restart();
}

/** The answer's bytes. A failure on the way may be retried. */
async function* arriving(answer: Response, watch: StallWatch): AsyncGenerator<Uint8Array, void> {
  try {
    for await (const chunk of answer.body ?? []) {
      watch.touch();
      yield chunk;
    }
  } catch (err) {
    throw broken(err);
  }
}

function broken(cause: unknown): RegistryError {
  const text = `the connection broke: ${reasonOf(cause)}`;
  return new RegistryError(text, { retryable: true, cause });
}
