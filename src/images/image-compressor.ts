import type { Signal } from "../runtime/light-signal.ts";
import { ServiceError } from "../errors/service-error.ts";
import { asCompleted } from "../runtime/as-completed.ts";
import type { Caller } from "../runtime/caller.ts";
import type { CompressedImage, CompressOptions, ImageFormat } from "./compressed-image.ts";
import type { ImageCache, ImageCacheStats } from "./image-cache.ts";
import type { DecodedImage } from "./image-body.ts";

/** What a request says about its images. */
export interface ImageOptions {
  /** False: they go on as they are. Default true. */
  compress?: boolean | undefined;
  /** Longest side in pixels; default IMAGE_MAX_DIMENSION. */
  maxDimension?: number | undefined;
  /** Default jpeg. */
  format?: ImageFormat | undefined;
}

/** What was done to an image, for logs and answers. */
export interface ImageFacts extends Pick<CompressedImage, "source" | "sent" | "ms"> {
  /** It was compressed before, or for another request at the same time. */
  cached: boolean;
}

/** An image as the inference server takes it. */
export interface ReadyImage {
  /** Base64 as ASCII bytes, without a data URL's head. */
  base64: Uint8Array;
  facts: ImageFacts;
}

interface ImageCompressorOptions {
  /**
   * Compresses one image on a worker thread.
   * @throws ServiceError `invalid_request` when the image cannot be used.
   */
  compress: (
    image: DecodedImage,
    options: CompressOptions,
    caller: Caller,
  ) => Promise<CompressedImage>;
  cache: ImageCache<CompressedImage>;
  defaults: Pick<CompressOptions, "maxDimension" | "quality" | "pngLevel" | "maxPixels">;
}

/** Images of one request that are compressed at once: more would crowd out other tenants. */
const AT_ONCE = 2;

/** Makes the images of requests ready for the model. */
export class ImageCompressor {
  readonly #options: ImageCompressorOptions;

  constructor(options: ImageCompressorOptions) {
    this.#options = options;
  }

  /**
   * Prepares the images of one request, in their order. Their bytes are handed over: they must
   * not be used again.
   * @throws ServiceError `invalid_request` for an image that cannot be used, `queue_full`;
   * the signal's reason.
   */
  prepare(images: DecodedImage[], requested: ImageOptions, caller: Caller): Promise<ReadyImage[]> {
    return inOrder(images, (image) => this.#one(image, requested, caller));
  }

  /**
   * The same for a body that passes through: an image that cannot be used is left undefined, for
   * the inference server to refuse.
   */
  prepareUsable(images: DecodedImage[], caller: Caller): Promise<(ReadyImage | undefined)[]> {
    return inOrder(images, (image) =>
      this.#one(image, {}, caller).catch((err: unknown) => {
        if (isRefusal(err)) return undefined;
        throw err;
      }),
    );
  }

  /** The numbers of its cache. */
  stats(): ImageCacheStats {
    return this.#options.cache.stats();
  }

  async #one(image: DecodedImage, requested: ImageOptions, caller: Caller): Promise<ReadyImage> {
    const { cache, compress, defaults } = this.#options;
    const options: CompressOptions = {
      ...defaults,
      compress: requested.compress ?? true,
      format: requested.format ?? "jpeg",
      formatIsRequested: requested.format !== undefined,
      maxDimension: Math.min(requested.maxDimension ?? Infinity, defaults.maxDimension),
    };
    const key = options.compress
      ? `${image.hash} ${requested.format ?? "any"} ${options.maxDimension}`
      : `${image.hash} as it is`;
    // Other requests may join: it is cancelled when all have left, and takes the first one's turn.
    const make = (signal: Signal): Promise<CompressedImage> =>
      compress(image, options, { ...caller, signal });
    const { value, cached } = await cache.get(key, caller.signal, make).catch((err: unknown) => {
      // Requests that share a compression have the image in places of their own.
      throw isRefusal(err) ? imageRefusal(image.path, err.message) : err;
    });
    const { source, sent, ms } = value;
    return { base64: value.base64, facts: { source, sent, ms: cached ? 0 : ms, cached } };
  }
}

/** Works on a few images at a time; the results are in the images' order. */
async function inOrder<T>(
  images: DecodedImage[],
  work: (image: DecodedImage) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  const completed = asCompleted(images.length, AT_ONCE, async (index) => {
    const image = images[index];
    if (!image) throw new RangeError(`no image ${index}`);
    return work(image);
  });
  for await (const { index, value } of completed) results[index] = value;
  return results;
}

function isRefusal(err: unknown): err is ServiceError {
  return err instanceof ServiceError && err.code === "invalid_request";
}

/**
 * Bytes saved by what was compressed for this request (contract §3.4, §8: images from the cache
 * add nothing); null when nothing was.
 */
export function savedBytes(images: ImageFacts[]): number | null {
  let saved = 0;
  for (const { source, sent, cached } of images) if (!cached) saved += source.bytes - sent.bytes;
  return saved > 0 ? saved : null;
}

/** The error for an image that cannot be used, with the place where it stands. */
export function imageRefusal(
  path: string,
  message: string,
  code: "invalid_request" | "validation_error" = "invalid_request",
): ServiceError {
  return new ServiceError(code, `${path}: ${message}`, { param: path });
}
