import { describe, expect, it } from "vitest";
import { placeOfNumCtx, withNumCtx } from "../../../src/dialects/num-ctx-in-body.ts";
import { seededRandom } from "../../support/prng.ts";

/** The body with `num_ctx` 9; undefined where it has no place. */
function changed(body: string): string | undefined {
  const bytes = Buffer.from(body);
  const place = placeOfNumCtx(bytes);
  return place && Buffer.concat(withNumCtx(bytes, place, 9)).toString();
}

it.each([
  ["replaced", '{"model":"m","options":{"num_ctx":8192}}', '{"model":"m","options":{"num_ctx":9}}'],
  [
    "among others",
    '{"options":{"a":1, "num_ctx" : 1e3 ,"b":{}}}',
    '{"options":{"a":1, "num_ctx" : 9 ,"b":{}}}',
  ],
  [
    "of several the last",
    '{"options":{"num_ctx":1,"num_ctx":2}}',
    '{"options":{"num_ctx":1,"num_ctx":9}}',
  ],
  ["for null", '{"options":{"num_ctx":null}}', '{"options":{"num_ctx":9}}'],
  ["added to options", '{"options": { "top_k":1}}', '{"options": {"num_ctx":9, "top_k":1}}'],
  ["added to none", ' {"model":"é","options": {} }', ' {"model":"é","options": {"num_ctx":9} }'],
  ["for options that are null", '{"options":null,"a":1}', '{"options":{"num_ctx":9},"a":1}'],
  ["with its options", '{ "model":"m" }', '{"options":{"num_ctx":9}, "model":"m" }'],
  [
    "not of a message",
    '{"messages":[{"options":{"num_ctx":1}}]}',
    '{"options":{"num_ctx":9},"messages":[{"options":{"num_ctx":1}}]}',
  ],
  [
    "for an escaped name",
    '{"opti\\u006fns":{"num_\\u0063tx":7}}',
    '{"opti\\u006fns":{"num_\\u0063tx":9}}',
  ],
])("num_ctx is %s, and no other byte is touched", (_how, body, expected) => {
  expect(changed(body)).toBe(expected);
});

it.each([
  '{"options":"x"}',
  '{"options":[]}',
  '{"options":{"num_ctx":"8192"}}',
  '{"options":{"num_ctx":true}}',
  '{"options":{"num_ctx":[1]}}',
  '[{"options":{}}]',
])("%s has no place for it: the server says what is wrong", (body) => {
  expect(changed(body)).toBeUndefined();
});

describe("whatever JSON an object is written in", () => {
  it("reads as before but for num_ctx, over 200 seeds", () => {
    for (let seed = 1; seed <= 200; seed += 1) {
      const random = seededRandom(seed);
      const space = (): string => (random() < 0.3 ? " \n" : "");
      const value = (depth: number): unknown => {
        const kind = Math.floor(random() * (depth > 2 ? 4 : 6));
        if (kind === 4) return [value(depth + 1), value(depth + 1)];
        if (kind === 5) return { num_ctx: 5, 'options"': value(depth + 1), z: '}{"' };
        return [random() * 100, 'a"\\{', null, true][kind];
      };
      const body = {
        model: "m",
        prompt: value(0),
        ...(random() < 0.7 && { options: { a: value(0), ...(random() < 0.7 && { num_ctx: 77 }) } }),
        messages: value(0),
      };
      const json = `${space()}${JSON.stringify(body, null, random() < 0.5 ? 2 : 0)}${space()}`;
      const expected = { ...body, options: { ...body.options, num_ctx: 9 } };
      expect(JSON.parse(changed(json) ?? ""), `seed ${seed}`).toEqual(
        JSON.parse(JSON.stringify(expected)),
      );
    }
  });
});
