import type { DecodedImage } from "../images/image-body.ts";

/**
 * An image that is used more than once: whoever makes an image ready hands its bytes over to a
 * thread, so that each who reads them is given a copy.
 */
export class LastingImage implements DecodedImage {
  readonly ok = true;
  readonly path: string;
  readonly hash: string;
  readonly #bytes: Uint8Array;

  /** The bytes are copied. */
  constructor({ path, hash, bytes }: DecodedImage) {
    this.path = path;
    this.hash = hash;
    this.#bytes = bytes.slice();
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice();
  }

  get byteLength(): number {
    return this.#bytes.byteLength;
  }
}
