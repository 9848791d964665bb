import { describe, expect, it } from "vitest";
import { replaceModel, replaceText } from "../../../src/dialects/replace-model.ts";
import { decompressZstd } from "../../../src/dialects/zstd-body.ts";
import { disposition, FORM_TYPE, formBody, zstd } from "../../support/encoded-bodies.ts";

const MODEL = "me/qwen3:14b";

const inJson = async (body: string): Promise<string> => {
  const replaced = await replaceModel({ body: Buffer.from(body), writing: "json", model: MODEL });
  return Buffer.from(replaced).toString();
};

describe("in JSON", () => {
  it.each([
    ["plainly", '{"model":"gpt-4o","a":1}', '{"model":"me/qwen3:14b","a":1}'],
    [
      "with blanks",
      ' {\n"a" : 1.0e+2 ,\t"model" : "x" }\n',
      ' {\n"a" : 1.0e+2 ,\t"model" : "me/qwen3:14b" }\n',
    ],
    ["with escapes", '{"mode\\u006c":"gpt\\u002d4o"}', '{"mode\\u006c":"me/qwen3:14b"}'],
    ["with a quote", '{"model":"a\\"b","x":"\\\\"}', '{"model":"me/qwen3:14b","x":"\\\\"}'],
    [
      "with letters of all kinds",
      '{"ä":"😀","model":"größe"}',
      '{"ä":"😀","model":"me/qwen3:14b"}',
    ],
    ["in another case", '{"Model":"x"}', '{"Model":"me/qwen3:14b"}'],
    ["twice", '{"model":"x","model":"y"}', '{"model":"x","model":"me/qwen3:14b"}'],
    [
      "in two spellings",
      '{"model":"x","MODEL":"y","a":{}}',
      '{"model":"x","MODEL":"me/qwen3:14b","a":{}}',
    ],
    [
      "before null, which changes nothing for Go",
      '{"model":"x","model":null}',
      '{"model":"me/qwen3:14b","model":null}',
    ],
    [
      "beside others' models",
      '{"a":{"model":"x"},"model":"y","b":[{"model":"z"}]}',
      '{"a":{"model":"x"},"model":"me/qwen3:14b","b":[{"model":"z"}]}',
    ],
    [
      "before something else",
      '{"model":"x"}{"model":"y"}',
      '{"model":"me/qwen3:14b"}{"model":"y"}',
    ],
  ])("replaces the model that is named %s, and no other byte", async (_how, body, replaced) => {
    expect(await inJson(body)).toBe(replaced);
  });

  it.each(["{}", '{"model":7}', "[]", '"model"', ""])("leaves %j as it is", async (body) => {
    expect(await inJson(body)).toBe(body);
  });

  it("leaves bytes that are no UTF-8 as they are", () => {
    const [start, end] = [Buffer.from('{"x":"\u00ff', "latin1"), Buffer.from('","model":"a"}')];
    const body = Buffer.concat([start, end]);
    const expected = Buffer.concat([start, Buffer.from('","model":"b"}')]);
    expect(expected.equals(replaceText(body, "model", "b"))).toBe(true);
  });

  it("reads a part of a larger buffer, and writes what has to be escaped", () => {
    const body = Buffer.from('xx{"name":"a"}xx').subarray(2, -2);
    expect(Buffer.from(replaceText(body, "name", 'a"b')).toString()).toBe('{"name":"a\\"b"}');
  });
});

it("in a form replaces the field's value, and no other byte", async () => {
  const form = (model: string): Buffer =>
    formBody([
      [disposition("file", "a.wav"), Buffer.from([0, 255, 13, 10])],
      [disposition("model"), model],
      [disposition("prompt"), "model"],
    ]);
  const whole = Buffer.concat([Buffer.from("xx"), form("gpt-4o")]);
  const writing = { contentType: FORM_TYPE, query: "" };
  const replaced = await replaceModel({ body: whole.subarray(2), writing, model: MODEL });
  expect(form(MODEL).equals(replaced)).toBe(true);
});

it("under zstd replaces it in what is compressed", async () => {
  const json = (model: string): string => `{"model": "${model}" ,"x":"${"y".repeat(100_000)}"}`;
  const frames = Buffer.concat([zstd(json("gpt-4o").slice(0, 50)), zstd(json("gpt-4o").slice(50))]);
  const replaced = await replaceModel({ body: frames, writing: "zstd", model: MODEL });
  const result = await decompressZstd(replaced);
  expect(result.ok && Buffer.from(result.bytes).toString()).toBe(json(MODEL));
  expect(replaced.byteLength).toBeLessThan(1000);
});
