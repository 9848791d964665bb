import { describe, expect, it } from "vitest";
import { readGoObject, valuesLike } from "../../../src/dialects/go-json.ts";

const NAMES = new Set(["model", "messages", "options", "images", "keep_alive"]);
const read = (text: string) => readGoObject(Buffer.from(text), NAMES);

describe("readGoObject", () => {
  it.each([
    ["one object", '{"model":"m"}', ["m"], true],
    ["white space around it", ' \n{"model" : "m"}\r\n\t', ["m"], true],
    ["no such name", '{"x":1}', [], true],
    ["names that are none of those asked for", '{"model":"m","Model2":1,"X":2}', ["m"], true],
    ["a name in a value", '{"model":"m","x":{"model":1}}', ["m"], true],
    ["two spellings", '{"model":"a","MODEL":"b","model":"c"}', ["a", "b", "c"], false],
    ["an escaped letter", '{"model":"a","\\u006dodel":null}', ["a", null], false],
    ["something behind it", '{"model":"m"} {"model":"x"}', ["m"], false],
    ["a bracket behind it", '{"model":"m"}}', ["m"], false],
  ])("reads %s", (_what, text, values, isPlain) => {
    const object = read(text);
    expect(object?.values("model")).toEqual(values);
    expect(object?.isPlain).toBe(isPlain);
  });

  it.each(["messages", "options"])("sees both of two %s", (name) => {
    const object = read(`{"${name}":1,"${name}":[2]}`);
    expect([object?.values(name), object?.isPlain]).toEqual([[1, [2]], false]);
  });

  it("folds as Go does", () => {
    expect(read('{"option\u017f":1}')?.values("options")).toEqual([1]);
    expect(read('{"\u212aEEP_ALIVE":1}')?.values("keep_alive")).toEqual([1]);
    expect(valuesLike({ imageſ: 1, images: 2, imageš: 3 }, "images")).toEqual([1, 2]);
  });

  it.each(["", "null", "[]", '"x"', "7", "{", '{"model":', "\ufeff{}", "{'a':1}", "}"])(
    "reads nothing of %j",
    (text) => {
      expect(read(text)).toBeUndefined();
    },
  );
});
