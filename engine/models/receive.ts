import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import type { BlobFolder } from "./blobs.ts";
import { DigestMismatchError } from "./digests.ts";

type Incoming = {
  readonly digest: string;
  readonly content: AsyncIterable<Uint8Array>;
  readonly signal: AbortSignal;
  readonly onProgress?: (completed: number) => void;
};

/**
 * Writes a blob from a stream into the store. If its digest is wrong, nothing of it is left.
 * @throws {DigestMismatchError}
 */
export async function receiveBlob(
  blobs: BlobFolder,
  { digest, content, signal, onProgress = () => {} }: Incoming,
): Promise<void> {
  await blobs.withWorkFolder(async (folder) => {
    const path = join(folder, "blob");
    const file = await open(path, "w");
    const hash = createHash("sha256");
    let completed = 0;
    try {
      for await (const chunk of content) {
        signal.throwIfAborted();
        hash.update(chunk);
        await file.writeFile(chunk);
        completed += chunk.length;
        onProgress(completed);
      }
    } finally {
      await file.close();
    }
    signal.throwIfAborted();
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== digest) throw new DigestMismatchError(digest, found);
    await blobs.adopt(path, digest);
  });
}
