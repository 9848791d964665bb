/**
 * Places for images in a JSON body. The body is made with a short text in each place, and the
 * images' base64 is put there in bytes: a string of megabytes never goes through JSON on the
 * main thread.
 */
export class ImageSlots {
  /** Random: no message can have this text. */
  readonly #mark = crypto.randomUUID();

  /** The text that stands for an image. */
  slot(index: number): string {
    return `${this.#mark}:${index}:`;
  }

  /** The body's bytes, with each image in its place. */
  fill(json: string, images: Uint8Array[]): Uint8Array {
    const pieces: Uint8Array[] = [];
    const [head = "", ...rest] = json.split(`${this.#mark}:`);
    pieces.push(Buffer.from(head));
    for (const piece of rest) {
      const end = piece.indexOf(":");
      const image = images[Number(piece.slice(0, end))];
      if (!image) throw new RangeError(`no image ${piece.slice(0, end)}`);
      pieces.push(image, Buffer.from(piece.slice(end + 1)));
    }
    return Buffer.concat(pieces);
  }
}
