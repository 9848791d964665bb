import { describe, expect, it } from "vitest";
import { locateImages } from "../../../src/images/image-body.ts";
import type { ReadyImage } from "../../../src/images/image-compressor.ts";
import { withCompressedImages } from "../../../src/images/with-compressed-images.ts";

const A = "QUJD";
const B = "REVG";

const ready = (base64: string, format = "jpeg"): ReadyImage => {
  const side = { format, width: 1, height: 1, bytes: 3 };
  return {
    base64: Buffer.from(base64),
    facts: { source: side, sent: side, ms: 0, cached: false },
  };
};

function compressed(json: string, images: (ReadyImage | undefined)[]): string {
  const body = Buffer.from(json);
  const located = locateImages({ body, maxImageBytes: 100 });
  return Buffer.concat(withCompressedImages(body, located, images)).toString();
}

describe("withCompressedImages", () => {
  it("puts bare base64 and data URLs in the places of what was there", () => {
    const json = (a: string, url: string) =>
      `{"a":"ü","images":["${a}"],"messages":[{"content":[{"image_url":{"url":"${url}"}}]}], "z":1}`;
    expect(
      compressed(json(A, `data:image/png;base64,${B}`), [
        ready("longer", "jpeg"),
        ready("w", "webp"),
      ]),
    ).toBe(json("longer", "data:image/webp;base64,w"));
  });

  it("leaves images as they are that were not made ready", () => {
    const json = `{"images":["${A}","${B}","${A}"]}`;
    expect(compressed(json, [ready("1"), undefined, ready("3")])).toBe(
      `{"images":["1","${B}","3"]}`,
    );
    expect(compressed(json, [undefined, undefined, undefined])).toBe(json);
  });

  it("leaves a body without images as it is, even an empty one", () => {
    expect(compressed('{"prompt":"x"}', [])).toBe('{"prompt":"x"}');
    expect(compressed("", [])).toBe("");
  });

  it("follows the order of the body, not that of its fields' meaning", () => {
    const json = (a: string, b: string) => `{"messages":[{"images":["${a}"]}],"images":["${b}"]}`;
    expect(compressed(json(A, B), [ready("first"), ready("second")])).toBe(json("first", "second"));
  });
});
