import { describe, expect, it } from "vitest";
import { ImageSlots } from "../../../src/images/image-slots.ts";

const image = (text: string): Uint8Array => Buffer.from(text);
const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString();

describe("ImageSlots", () => {
  it("puts each image in its place, in whatever order the places stand", () => {
    const slots = new ImageSlots();
    const images = Array.from({ length: 12 }, (_, i) => image(`<${i}>`));
    const body = { b: [slots.slot(1), slots.slot(0)], a: "täxt", c: slots.slot(11) };
    expect(JSON.parse(textOf(slots.fill(JSON.stringify(body), images)))).toEqual({
      b: ["<1>", "<0>"],
      a: "täxt",
      c: "<11>",
    });
  });

  it("leaves a body without places as it is", () => {
    const json = '{"a":"1:2:","b":"ü"}';
    expect(textOf(new ImageSlots().fill(json, []))).toBe(json);
    expect(new ImageSlots().fill("", [])).toHaveLength(0);
  });

  it("puts an image in every place that names it", () => {
    const slots = new ImageSlots();
    const json = JSON.stringify([slots.slot(0), slots.slot(0)]);
    expect(textOf(slots.fill(json, [image("A")]))).toBe('["A","A"]');
  });

  it("takes text that looks like a place for text", () => {
    const [slots, others] = [new ImageSlots(), new ImageSlots()];
    const body = [others.slot(0), "0:", ":0:", slots.slot(0), ":", "1:"];
    const filled = textOf(slots.fill(JSON.stringify(body), [image("A")]));
    expect(JSON.parse(filled)).toEqual([others.slot(0), "0:", ":0:", "A", ":", "1:"]);
  });

  it("survives JSON: a place needs no escapes", () => {
    const slot = new ImageSlots().slot(3);
    expect(JSON.stringify(slot)).toBe(`"${slot}"`);
  });

  it("fails when there is no image for a place", () => {
    const slots = new ImageSlots();
    expect(() => slots.fill(slots.slot(1), [image("A")])).toThrow(new RangeError("no image 1"));
  });

  it("leaves the images whole: they are others' too", () => {
    const slots = new ImageSlots();
    const bytes = image("A");
    slots.fill(slots.slot(0), [bytes]).fill(0);
    expect(textOf(bytes)).toBe("A");
  });
});
