import { describe, expect, it } from "vitest";
import { locateImages, type LocatedImage } from "../../../src/images/image-body.ts";
import { imageSpans } from "../../../src/images/image-spans.ts";
import { visitImages } from "../../../src/images/image-positions.ts";
import { seededRandom } from "../../support/prng.ts";

const locate = (json: string): LocatedImage[] =>
  locateImages({ body: Buffer.from(json), maxImageBytes: 100 });

/** Each image found: its path, and the body with a mark in its place. */
function found(json: string): [string, string][] {
  const body = Buffer.from(json);
  return locate(json).map(({ start, end, image }) => {
    const [before, behind] = [body.subarray(0, start), body.subarray(end)];
    return [image.path, Buffer.concat([before, Buffer.from("#"), behind]).toString()];
  });
}

const A = "QUJD";
const B = "REVG";
const URL = `data:image/png;base64,${A}`;

describe("locateImages", () => {
  it("finds where an image's text stands, without its quotes", () => {
    expect(locate(`{"images":["${A}"]}`)).toEqual([
      {
        start: 12,
        end: 16,
        notation: "base64",
        image: expect.objectContaining({ path: "images.0", bytes: new Uint8Array([65, 66, 67]) }),
      },
    ]);
  });

  it("counts in bytes: text of any alphabet may stand in front", () => {
    expect(found(`{"prompt":"äöü 漢字 😀 é","images":["${A}"]}`)).toEqual([
      ["images.0", '{"prompt":"äöü 漢字 😀 é","images":["#"]}'],
    ]);
    expect(found(`{"😀":"ß","images":["${A}","${B}"]}`).map(([, json]) => json)).toEqual([
      `{"😀":"ß","images":["#","${B}"]}`,
      `{"😀":"ß","images":["${A}","#"]}`,
    ]);
  });

  it("counts in bytes also where they are no UTF-8", () => {
    const body = Buffer.from(`{"prompt":"????","images":["${A}"]}`);
    body.set([0xff, 0xc3, 0xe2, 0x82], 11);
    const [image] = locateImages({ body, maxImageBytes: 100 });
    expect(body.toString("latin1", image?.start, image?.end)).toBe(A);
  });

  it("tells data URLs, which are replaced with their head, from bare base64", () => {
    const json = `{"messages":[{"images":["${A}"],"content":[{"image_url":{"url":"${URL}"}},{"image_url":"${URL}"}]}]}`;
    expect(locate(json).map(({ notation, image }) => [image.path, notation])).toEqual([
      ["messages.0.images.0", "base64"],
      ["messages.0.content.0.image_url.url", "url"],
      ["messages.0.content.1.image_url", "url"],
    ]);
    for (const { start, end, notation } of locate(json)) {
      expect(json.slice(start, end)).toBe(notation === "url" ? URL : A);
    }
  });

  it("finds an image that is there twice in both places", () => {
    const json = `{"images":["${A}","${B}","${A}"]}`;
    expect(found(json)).toEqual([
      ["images.0", `{"images":["#","${B}","${A}"]}`],
      ["images.1", `{"images":["${A}","#","${A}"]}`],
      ["images.2", `{"images":["${A}","${B}","#"]}`],
    ]);
  });

  it("never takes an equal text for the image that stands elsewhere", () => {
    const before = `"prompt":"${A}","${A}":["${A}"],"meta":{"images":["${A}"]}`;
    expect(found(`{${before},"images":["${A}"]}`)).toEqual([
      ["images.0", `{${before},"images":["#"]}`],
    ]);
    const text = String.raw`"prompt":"say \"${A}\" or {\"images\":[\"${A}\"]}"`;
    expect(found(`{${text},"images":["${A}"]}`)).toEqual([
      ["images.0", `{${text},"images":["#"]}`],
    ]);
  });

  it("comes in the order of the body, whatever the order of its fields", () => {
    const json = `{"input":[{"content":[{"image_url":"${URL}"}]}],"messages":[{"content":[{"image_url":{"detail":"x","url":"${URL}"},"type":"image_url"}],"role":"user","images":["${B}"]}],"images":["${A}"],"model":"m"}`;
    expect(found(json).map(([path]) => path)).toEqual([
      "input.0.content.0.image_url",
      "messages.0.content.0.image_url.url",
      "messages.0.images.0",
      "images.0",
    ]);
  });

  it("does not mind white space, nor names with escapes", () => {
    expect(found(` {\n "images"\t: [ "${A}" ,\r\n"${B}" ] } `).map(([, json]) => json)).toEqual([
      ` {\n "images"\t: [ "#" ,\r\n"${B}" ] } `,
      ` {\n "images"\t: [ "${A}" ,\r\n"#" ] } `,
    ]);
    expect(found(String.raw`{"im\u0061ges":["QUJD"]}`)).toEqual([
      ["images.0", String.raw`{"im\u0061ges":["#"]}`],
    ]);
  });

  it("of a field that is there twice counts the last, as in the server's parser", () => {
    expect(found(`{"images":["${A}","${A}"],"images":["${B}"]}`)).toEqual([
      ["images.0", `{"images":["${A}","${A}"],"images":["#"]}`],
    ]);
    expect(found(`{"images":["${A}"],"images":{"0":"${B}"}}`)).toEqual([]);
    const parts = `{"image_url":"${URL}","image_url":{"url":"x","url":"${URL}"}}`;
    expect(found(`{"messages":[{"content":[${parts}]}]}`).map(([path]) => path)).toEqual([
      "messages.0.content.0.image_url.url",
    ]);
  });

  it("leaves images as they are that are written with escapes", () => {
    expect(found(String.raw`{"images":["Pz8\/","QUJ\u0044","QUJD\n"]}`)).toEqual([]);
    expect(found(String.raw`{"images":["Pz8\/","Pz8/"]}`)).toEqual([
      ["images.1", String.raw`{"images":["Pz8\/","#"]}`],
    ]);
    const slash = String.raw`data:image\/png;base64,QUJD`;
    expect(found(`{"messages":[{"content":[{"image_url":"${slash}"}]}]}`)).toEqual([]);
  });

  it("leaves out what cannot be decoded, for the server to refuse", () => {
    const tooLarge = Buffer.alloc(101).toString("base64");
    const json = JSON.stringify({
      images: ["", "*", "QŁ==", URL, tooLarge, A],
      messages: [{ content: [{ image_url: "https://x/a.png" }, { image_url: A }] }],
    });
    expect(found(json).map(([path]) => path)).toEqual(["images.5"]);
  });

  it.each([
    "",
    "nope",
    "{",
    `{"images":["${A}"]`,
    "null",
    "[]",
    `"${A}"`,
    `["${A}"]`,
    `{"images":"${A}"}`,
    `{"images":{"0":"${A}"}}`,
    `{"images":[null,1,["${A}"],{"a":"${A}"}]}`,
    `{"images.0":"${A}"}`,
    `{"messages":[null,1,"${A}",["${A}"],{"content":"${A}"}]}`,
    `{"messages":[{"content":[null,"${URL}",{"type":"text","text":"${URL}"}]}]}`,
    `{"messages":[{"content":[{"image_url":{"url":{"url":"${URL}"}}}]}]}`,
    `{"__proto__":{"images":["${A}"]}}`,
    `{"requests":[{"images":["${A}"]}]}`,
  ])("finds nothing in %s", (json) => expect(locate(json)).toEqual([]));

  it("finds the images of a body that is nested deep", () => {
    const nest = "[".repeat(2000) + "]".repeat(2000);
    const json = `{"a":${nest},"images":["${A}",${nest},"${B}"]}`;
    expect(found(json).map(([path]) => path)).toEqual(["images.0", "images.2"]);
  });

  it("reads a body with ten thousand equal images once, not once for each", () => {
    const images = Array.from({ length: 10_000 }, () => A);
    const located = locate(JSON.stringify({ images }));
    // Only the first thousand are taken; the others go on as they are.
    expect(located.map(({ start }) => start)).toEqual(
      images.slice(0, 1000).map((_, i) => 12 + i * 7),
    );
  });
});

describe("imageSpans", () => {
  it("finds the very texts that visitImages finds, in whatever junk", () => {
    const random = seededRandom(11);
    let seen = 0;
    for (let round = 0; round < 3000; round += 1) {
      const json = junk(random, 0);
      const body = Buffer.from(json);
      const spans = imageSpans(body);
      visitImages(JSON.parse(json), false, (text, { path }) => {
        const span = spans.get(path);
        const raw = span && body.toString("utf8", span.start - 1, span.end + 1);
        expect(raw && JSON.parse(raw), json).toBe(text);
        seen += 1;
        return undefined;
      });
    }
    expect(seen).toBeGreaterThan(300);
  });
});

const NAMES = [
  "images",
  "messages",
  "input",
  "content",
  "output",
  "image_url",
  "url",
  "0",
  "a.b",
  'q"',
  "ü",
];
const SPACES = ["", "", " ", "\n"];
const SCALARS = ["1", "null", '"x"', String.raw`"\"]"`, '"ü{"', String.raw`"\\"`, "-0.5e9", '""'];
/** What stands in an object at a depth of a body, so that junk is near enough to one. */
const LIKELY: Record<number, string[]> = {
  0: ["images", "messages", "input"],
  2: ["images", "content"],
  4: ["image_url"],
  5: ["url"],
};

function junk(random: () => number, depth: number): string {
  const pick = (list: string[]): string => list[Math.floor(random() * list.length)] ?? "";
  const likely = LIKELY[depth];
  if (depth > 6 || random() < depth / 10) return pick(SCALARS);
  const items = Array.from({ length: Math.floor(random() * 4) }, () => {
    const [before, behind] = [pick(SPACES), pick(SPACES)];
    return `${before}${junk(random, depth + 1)}${behind}`;
  });
  if (depth > 0 && random() < (likely ? 0.2 : 0.8)) return `[${items.join(",")}]`;
  const name = () => pick(likely && random() < 0.8 ? likely : NAMES);
  return `{${items.map((item) => `${pick(SPACES)}${JSON.stringify(name())}:${item}`).join(",")}}`;
}
