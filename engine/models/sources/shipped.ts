import { constants } from "node:fs";
import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { DigestMismatchError, digestOfFile } from "../digests.ts";
import { packageModel } from "./packaged.ts";
import { type ModelSource, layerStatus } from "./source.ts";

/** The embedding model's file that comes with the project. */
export function shippedSource({ file }: { file: string | undefined }): ModelSource {
  return {
    title: "the file shipped with the project",
    offers: ({ entry }) => entry?.shipped === true,
    async fetch({ entry }, context) {
      if (!entry) throw new Error("no file of this model is shipped");
      const { store, report, signal, pin } = context;
      pin(entry.weights.digest);
      const { digest, size } = entry.weights;
      if (!(await store.blobs.has(digest, size))) {
        if (file === undefined) throw new Error("ENGINE_EMBEDDING_MODEL_FILE is not set");
        report(layerStatus(digest, size, 0));
        await store.blobs.withWorkFolder(async (folder) => {
          const copy = join(folder, "weights");
          // A copy, not a hard link: the blob gets its own mode. Disks that can share the bytes do
          // so.
          await copyFile(file, copy, constants.COPYFILE_FICLONE);
          const found = await digestOfFile(copy, signal);
          if (found !== digest) throw new DigestMismatchError(digest, found);
          await store.blobs.adopt(copy, digest);
        });
      }
      report(layerStatus(digest, size, (await stat(store.blobs.path(digest))).size));
      return packageModel(entry, context);
    },
  };
}
