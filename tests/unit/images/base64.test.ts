import { describe, expect, it } from "vitest";
import { decodeBase64, type Decoded } from "../../../src/images/base64.ts";
import { seededRandom } from "../../support/prng.ts";

const decode = (text: string): Decoded => decodeBase64(text, 1000);

const bytesOf = (text: string): number[] | string => {
  const result = decode(text);
  return result.ok ? [...result.bytes] : result.message;
};

const NOT_WHOLE = expect.stringContaining("not whole base64");

describe("decodeBase64", () => {
  it("gives back what was encoded, whatever its length", () => {
    const random = seededRandom(7);
    for (let length = 1; length <= 20; length += 1) {
      for (let round = 0; round < 20; round += 1) {
        const bytes = Array.from({ length }, () => Math.floor(random() * 256));
        expect(bytesOf(Buffer.from(bytes).toString("base64"))).toEqual(bytes);
      }
    }
  });

  it("takes images of megabytes", () => {
    const bytes = Buffer.alloc(3_000_001, "picture");
    const result = decodeBase64(bytes.toString("base64"), 4_000_000);
    expect(result.ok && bytes.equals(result.bytes)).toBe(true);
  });

  it("gives bytes that own their memory, so that they can be handed over", () => {
    const result = decode("QUJD");
    if (!result.ok) throw new Error(result.message);
    const { bytes } = result;
    expect([bytes.byteOffset, bytes.buffer.byteLength]).toEqual([0, 3]);
    expect(structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] })).toHaveLength(3);
    expect(bytes).toHaveLength(0);
  });

  it.each(["QUJD\n", "QU\r\nJD", "\nQ\nU\nJ\nD\n", "Q\r\r\rUJD"])(
    "skips line breaks, as Ollama does: %j",
    (text) => expect(bytesOf(text)).toEqual([65, 66, 67]),
  );

  it.each(["", "\n", "\r\n\r\n"])("refuses what is empty: %j", (text) => {
    expect(bytesOf(text)).toBe("The image is empty");
  });

  it.each([" QUJD", "QUJD ", "QU JD", "QUJ D", "QU\tJD", "QUJDQUJDQUJ QUJD"])(
    "refuses spaces: %j",
    (text) => expect(bytesOf(text)).toEqual(NOT_WHOLE),
  );

  it.each(["QU*D", "QUJD,QUJD", "%QJD", "QUJ\0", "QU.D", "data:image/png;base64,QUJD"])(
    "refuses foreign characters: %j",
    (text) => expect(bytesOf(text)).toEqual(NOT_WHOLE),
  );

  // The runtimes' decoders look at the lower eight bits alone: Ł ends like A, 一 like a zero.
  it.each([
    "ŁUJD",
    "QUJŁ",
    "QŁ==",
    "ŁŁŁŁ",
    "QUJł",
    "QUJé",
    "QUJ一",
    "QU😀",
    "QUJD".repeat(99) + "İUJD",
  ])("refuses characters that are no ASCII: %s", (text) =>
    expect(bytesOf(text)).toEqual(NOT_WHOLE),
  );

  it("refuses each character outside the alphabet, wherever it stands", () => {
    const taken: string[] = [];
    for (let code = 0; code < 0x10000; code += 1) {
      const char = String.fromCharCode(code);
      if (/[\w+/=\r\n]/.test(char) && char !== "_") continue;
      const texts = [`${char}UJD`, `QUJ${char}`, `QUJDQ${char}JDQUJD`, `Q${char}==`];
      taken.push(...texts.filter((text) => decode(text).ok));
    }
    expect(taken).toEqual([]);
  });

  it.each(["QUJ-", "QUJ_", "-___"])("names the URL alphabet: %s", (text) => {
    expect(bytesOf(text)).toContain("URL alphabet");
  });

  it.each(["Q", "QU", "QUJ", "QU=", "Q=", "Q==", "QUJDQ", "QUJDQU", "QUJDQU="])(
    "refuses what lacks its end: %s",
    (text) => expect(bytesOf(text)).toEqual(NOT_WHOLE),
  );

  it.each([
    "=",
    "==",
    "====",
    "Q===",
    "QQ==QUJD",
    "QUI=QUJD",
    "=QUJ",
    "Q=JD",
    "QUJD====",
    "QUJDQ===",
  ])("refuses padding where none belongs: %s", (text) => expect(bytesOf(text)).toEqual(NOT_WHOLE));

  it("refuses what is above the limit, and says how large it is", () => {
    const text = Buffer.alloc(11).toString("base64");
    expect(decodeBase64(text, 11)).toMatchObject({ ok: true });
    expect(decodeBase64(text, 10)).toEqual({
      ok: false,
      message: "The image has 11 bytes; the limit is 10 (IMAGE_MAX_SIZE_BYTES)",
    });
    expect(decodeBase64(`${text}\n`, 11)).toMatchObject({ ok: true });
  });
});
