import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { DigestMismatchError, type FetchContext, layerStatus } from "./source.ts";

const REPORT_EVERY_MS = 60;

type Incoming = {
  readonly digest: string;
  readonly size: number;
  readonly content: AsyncIterable<Uint8Array>;
};

/**
 * Writes a blob from a stream into the store, reporting progress; it counts only when its digest is
 * right.
 * @throws {DigestMismatchError}
 */
export async function receiveBlob(
  { digest, size, content }: Incoming,
  { store, report, signal }: FetchContext,
): Promise<void> {
  await store.blobs.withWorkFolder(async (folder) => {
    const path = join(folder, "blob");
    const file = await open(path, "w", 0o600);
    const hash = createHash("sha256");
    let completed = 0;
    let reportedAt = 0;
    try {
      for await (const chunk of content) {
        signal.throwIfAborted();
        hash.update(chunk);
        await file.write(chunk);
        completed += chunk.length;
        if (Date.now() - reportedAt >= REPORT_EVERY_MS) {
          reportedAt = Date.now();
          report(layerStatus(digest, size, completed));
        }
      }
    } finally {
      await file.close();
    }
    const found = `sha256:${hash.digest("hex")}`;
    if (found !== digest) throw new DigestMismatchError(digest, found);
    await store.blobs.adopt(path, digest);
    report(layerStatus(digest, size, size));
  });
}
