import { availableParallelism } from "node:os";
import type { Settings } from "../../config/schema.ts";
import { openWorkerPool, type WorkerPool } from "../../workers/pool.ts";
import type { CompressedImage } from "../images/compressed-image.ts";
import { ServiceError } from "../errors/service-error.ts";
import { readImageBody, type ImageBodyInput, type ImageBodyReader } from "../images/image-body.ts";
import { ImageCache } from "../images/image-cache.ts";
import { ImageCompressor, type ImageFacts } from "../images/image-compressor.ts";
import { withCompressedImages } from "../images/with-compressed-images.ts";
import { joinedPieces, lengthOf, SMALL_BODY_BYTES } from "../http/body-pieces.ts";
import type { Caller } from "../runtime/caller.ts";
import { ownedBytes } from "../runtime/owned-bytes.ts";
import { entryUrl } from "../runtime/paths.ts";
import type { LogFiles } from "../logs/service-log.ts";

/** What is done with images, and the threads it is done on. */
export interface Images {
  compressor: ImageCompressor;
  /** Parses a body of the service's own routes and takes its images out; a large one on a thread. */
  read: ImageBodyReader;
  /** Compresses the images of a body that passes through; the rest of it stays as it is. */
  compressImages: (
    body: Uint8Array,
    caller: Caller,
  ) => Promise<{ pieces: Uint8Array[]; facts: ImageFacts[] }>;
}

/**
 * One core is left to the main thread. More than three threads would take those of Node that
 * files are read and written on: sharp's work is done there, and there are four.
 */
const MOST_THREADS = 3;

/** Threads for images and large bodies. */
export function workerThreads(settings: Settings): number {
  const spare = Math.min(MOST_THREADS, Math.max(1, availableParallelism() - 1));
  return settings.workerThreads ?? spare;
}

/** Opens the threads. They start with the first task. */
export function composeWorkers(
  settings: Settings,
  logs: LogFiles,
  openPool = openWorkerPool,
): WorkerPool {
  return openPool({
    entry: entryUrl("workers/main.ts"),
    threads: workerThreads(settings),
    taskDeadlineMs: settings.taskDeadlineMs,
    onFault: (err) => logs.service.error({ err }, "a worker thread died"),
  });
}

/** Builds what images go through. */
export function composeImages(settings: Settings, pool: WorkerPool): Images {
  const compressor = composeCompressor(settings, pool);
  const maxImageBytes = settings.imageMaxBytes;
  return {
    compressor,
    read: (pieces) => {
      if (lengthOf(pieces) <= SMALL_BODY_BYTES) {
        return readImageBody({ body: joinedPieces(pieces), maxImageBytes });
      }
      const input = { pieces: pieces.map(ownedBytes), maxImageBytes };
      return (caller) => pool.run("readImageBody", input, { ...caller, transfer: input.pieces });
    },
    compressImages: async (bytes, caller) => {
      const input: ImageBodyInput = { body: ownedBytes(bytes), maxImageBytes };
      const run = { ...caller, transfer: [input.body] };
      const { body, images } = await pool.run("locateImages", input, run);
      const ready = await compressor.prepareUsable(
        images.map(({ image }) => image),
        caller,
      );
      const facts = ready.flatMap((image) => (image ? [image.facts] : []));
      return { pieces: withCompressedImages(body, images, ready), facts };
    },
  };
}

function composeCompressor(settings: Settings, pool: WorkerPool): ImageCompressor {
  return new ImageCompressor({
    compress: async ({ bytes }, options, caller): Promise<CompressedImage> => {
      const run = { ...caller, transfer: [bytes] };
      const result = await pool.run("compressImage", { bytes, options }, run);
      if (!result.ok) throw new ServiceError("invalid_request", result.message);
      return result;
    },
    cache: new ImageCache({
      maxSize: settings.imageCacheMaxSize,
      maxBytes: settings.imageCacheMaxBytes,
      bytesOf: ({ base64 }) => base64.byteLength,
      ttlMs: settings.imageCacheTtlMs,
    }),
    defaults: {
      maxDimension: settings.imageMaxDimension,
      quality: settings.imageQuality,
      pngLevel: settings.imagePngLevel,
      maxPixels: settings.imageMaxPixels,
    },
  });
}
