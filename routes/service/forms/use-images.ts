import type { BodyImage, DecodedImage } from "../../../src/images/image-body.ts";
import { imageRefusal, type ImageOptions } from "../../../src/images/image-compressor.ts";
import { ImageSlots } from "../../../src/images/image-slots.ts";
import type { RequestImages } from "../../../src/inference/runner.ts";

/** Collects the images that a request uses, and gives out the slots they go to. */
export class UsedImages {
  readonly #images: BodyImage[];
  readonly #list: DecodedImage[] = [];
  readonly #slots = new ImageSlots();

  constructor(images: BodyImage[]) {
    this.#images = images;
  }

  /**
   * The slots of the images with these numbers.
   * @throws ServiceError for an image that cannot be used as it was sent.
   */
  slots(numbers: number[]): string[] {
    return numbers.map((number) => {
      const image = this.#images[number];
      if (!image) throw new RangeError(`no image ${number} was taken out of the body`);
      if (!image.ok) throw imageRefusal(image.path, image.message, image.code);
      this.#list.push(image);
      return this.#slots.slot(this.#list.length - 1);
    });
  }

  /** For the runner. */
  requestImages(options: ImageOptions): RequestImages {
    return { list: this.#list, options, slots: this.#slots };
  }
}
