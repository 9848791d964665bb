import { describe, expect, it } from "vitest";
import {
  MESSAGE_ROLES,
  MODELFILE_LIMITS,
  type ModelfileFields,
} from "../../../../src/models/modelfile/fields.ts";
import { parseModelfile } from "../../../../src/models/modelfile/parse-modelfile.ts";
import { PARAMETER_KINDS } from "../../../../src/models/modelfile/parameters.ts";
import { writeModelfile } from "../../../../src/models/modelfile/write-modelfile.ts";
import { seededRandom } from "../../../support/prng.ts";

const refusal = (message: string) =>
  expect.objectContaining({
    code: "invalid_request",
    param: "modelfile",
    message: expect.stringContaining(message),
  });

describe("writeModelfile", () => {
  it("writes each field as the shortest instruction that is read as the same", () => {
    const text = writeModelfile({
      from: "llama3.2:3b",
      adapter: `sha256:${"a".repeat(64)}`,
      draft: "llama3.2:1b",
      template: "{{ .Prompt }}\n",
      system: 'Say "yes".',
      renderer: "qwen3-coder",
      parser: "harmony",
      requires: "v0.14.0",
      parameters: { temperature: 0.25, num_ctx: 4096, use_mmap: false, stop: ["", " a", '"b'] },
      license: ["MIT", 'the "other"\none'],
      messages: [
        { role: "user", content: "# no comment" },
        { role: "assistant", content: "" },
      ],
    });
    expect(text).toBe(`FROM llama3.2:3b
ADAPTER sha256:${"a".repeat(64)}
DRAFT llama3.2:1b
TEMPLATE """{{ .Prompt }}
"""
SYSTEM Say "yes".
RENDERER qwen3-coder
PARSER harmony
REQUIRES 0.14.0
PARAMETER temperature 0.25
PARAMETER num_ctx 4096
PARAMETER use_mmap false
PARAMETER stop ""
PARAMETER stop " a"
PARAMETER stop """"b"""
LICENSE MIT
LICENSE """the "other"
one"""
MESSAGE user # no comment
MESSAGE assistant ""
`);
  });

  it.each<[string, Partial<ModelfileFields>]>([
    ["FROM './m.gguf' is a file", { from: "./m.gguf" }],
    ["FROM: '' is no model's name", { from: "" }],
    ["FROM: 'a\nSYSTEM x' is no model's name", { from: "a\nSYSTEM x" }],
    ["ADAPTER '/lora' is a file", { adapter: "/lora" }],
    ["DRAFT: 'a b' is no model's name", { draft: "a b" }],
    ["REQUIRES is no version", { requires: "1\nSYSTEM x" }],
    ["'temp' is no parameter of a model", { parameters: { temp: 1 } }],
    ["top_k is not a whole number", { parameters: { top_k: 1.5 } }],
    ["top_p is not a number", { parameters: { top_p: Number.NaN } }],
    ["use_mmap is not true or false", { parameters: { use_mmap: 1 } }],
    ["stop is not text", { parameters: { stop: 1 } }],
    ["stop has control characters", { parameters: { stop: ["\u001B"] } }],
    ["stop: there are more than 64", { parameters: { stop: Array<string>(65).fill("a") } }],
    ["licenses: there are more than 64", { license: Array<string>(65).fill("a") }],
    ['SYSTEM has a line that ends with """', { system: 'a"""  \nb' }],
    ["MESSAGE has control characters", { messages: [{ role: "user", content: "\0" }] }],
    ["a message's role is one of", { messages: [{ role: "user x" as "user", content: "" }] }],
    [
      "messages: there are more than 2048",
      { messages: Array.from({ length: 2049 }, () => ({ role: "user", content: "" })) },
    ],
    ["would be longer than 1 MiB", { system: "é".repeat(MODELFILE_LIMITS.bytes / 2) }],
    ["there would be more than 20000 lines", { system: "\r".repeat(MODELFILE_LIMITS.lines) }],
  ])("refuses what no Modelfile can say: %s", (message, fields) => {
    expect(() => writeModelfile({ from: "m", ...fields })).toThrow(refusal(message));
  });

  it("writes as many lines as are read", () => {
    const system = "\n".repeat(MODELFILE_LIMITS.lines - 2);
    expect(parseModelfile(writeModelfile({ from: "m", system })).system).toBe(system);
  });
});

describe("what was written", () => {
  const random = seededRandom(20);
  const upTo = (count: number): number => Math.floor(random() * count);
  const oneOf = <T>(list: readonly T[]): T => list[upTo(list.length)] as T;
  const PIECES = [
    ...['"', '""', '"""', " ", "\t", "\n", "\r\n", "\r", "#", "'", "\\", "FROM x", "SYSTEM"],
    ...["a", "b c", "é", "\u{1F469}\u200D\u{1F467}", "\u00A0", "\uFEFF", "{{ .Prompt }}", ": "],
  ];
  const anyText = (): string => Array.from({ length: upTo(8) }, () => oneOf(PIECES)).join("");
  const texts = (): string[] => Array.from({ length: 1 + upTo(3) }, anyText);
  const KINDS = {
    int: () => upTo(2e9) - 1e9,
    float: () => (random() - 0.5) * 10 ** (upTo(60) - 30),
    bool: () => random() < 0.5,
    texts,
  };

  function anyFields(): ModelfileFields {
    const fields: ModelfileFields = { from: oneOf(["m", "a/b:c", "hf.co/o/r:Q4", "gpt:cloud"]) };
    if (random() < 0.3) fields.adapter = "lora";
    if (random() < 0.3) fields.draft = "m:small";
    if (random() < 0.3) fields.requires = oneOf(["1", "0.14.0", "0.14.0-rc.1+b"]);
    for (const name of ["system", "template", "renderer", "parser"] as const) {
      const text = random() < 0.5 ? anyText() : "";
      if (text !== "") fields[name] = text;
    }
    const licenses = texts().filter((text) => text !== "");
    if (random() < 0.5 && licenses.length > 0) fields.license = licenses;
    if (random() < 0.5) {
      fields.messages = texts().map((content) => ({ role: oneOf(MESSAGE_ROLES), content }));
    }
    const chosen = [...PARAMETER_KINDS].filter(() => random() < 0.2);
    if (chosen.length > 0) {
      fields.parameters = Object.fromEntries(chosen.map(([name, kind]) => [name, KINDS[kind]()]));
    }
    return fields;
  }

  it("is read as the same fields, or was refused for what it cannot hold", () => {
    let refused = 0;
    for (let i = 0; i < 5000; i++) {
      const fields = anyFields();
      const text = unlessRefused(() => writeModelfile(fields), 'has a line that ends with """');
      if (text === undefined) refused += 1;
      else expect(parseModelfile(text), text).toEqual(fields);
    }
    expect(refused).toBeGreaterThan(0);
    expect(refused).toBeLessThan(2500);
  });

  it("is refused, or read and written again, whatever is put behind it", () => {
    let read = 0;
    const added = [...PIECES, "MESSAGE user ", "PARAMETER stop ", "\n", "\n", "REQUIRES 1"];
    for (let i = 0; i < 5000; i++) {
      const text = `FROM m\n${Array.from({ length: upTo(12) }, () => oneOf(added)).join("")}`;
      const fields = unlessRefused(() => parseModelfile(text), "modelfile");
      if (!fields) continue;
      read += 1;
      const again = unlessRefused(() => writeModelfile(fields), 'has a line that ends with """');
      if (again !== undefined) expect(parseModelfile(again), text).toEqual(fields);
    }
    expect(read).toBeGreaterThan(500);
  });

  function unlessRefused<T>(work: () => T, message: string): T | undefined {
    try {
      return work();
    } catch (err) {
      expect(err).toEqual(refusal(message));
    }
  }
});
