import { describe, expect, it } from "vitest";
import { MODELFILE_LIMITS } from "../../../../src/models/modelfile/fields.ts";
import { parseModelfile } from "../../../../src/models/modelfile/parse-modelfile.ts";

/** The refusal of a Modelfile, whose message ends or goes on as given. */
const refusal = (message: string) =>
  expect.objectContaining({
    code: "invalid_request",
    status: 400,
    param: "modelfile",
    message: expect.stringContaining(message),
  });

/** What the instruction's value becomes as a system prompt. */
const systemOf = (value: string) => parseModelfile(`FROM m\nSYSTEM ${value}`).system;

describe("the fields of a Modelfile", () => {
  it("are what POST /api/create takes", () => {
    const text = `# A model for the shop.
FROM llama3.2:3b
PARAMETER temperature 0.3
PARAMETER num_ctx 8192
PARAMETER seed -7
PARAMETER use_mmap False
PARAMETER stop "<|im_end|>"
PARAMETER stop User:
  # between instructions, with spaces before it
TEMPLATE """{{ .System }}
{{ .Prompt }}"""
SYSTEM You answer in one sentence.
ADAPTER sha256:${"0a".repeat(32)}
DRAFT llama3.2:1b
LICENSE MIT
LICENSE """
Of the base.
"""
MESSAGE user Are you open on Sunday?
MESSAGE assistant "No."
RENDERER qwen3-coder
PARSER qwen3-coder
REQUIRES v0.14.0
`;
    expect(parseModelfile(text)).toEqual({
      from: "llama3.2:3b",
      parameters: {
        temperature: 0.3,
        num_ctx: 8192,
        seed: -7,
        use_mmap: false,
        stop: ["<|im_end|>", "User:"],
      },
      template: "{{ .System }}\n{{ .Prompt }}",
      system: "You answer in one sentence.",
      adapter: `sha256:${"0a".repeat(32)}`,
      draft: "llama3.2:1b",
      license: ["MIT", "\nOf the base.\n"],
      messages: [
        { role: "user", content: "Are you open on Sunday?" },
        { role: "assistant", content: "No." },
      ],
      renderer: "qwen3-coder",
      parser: "qwen3-coder",
      requires: "0.14.0",
    });
  });

  it("are named in any case and come in any order, with tabs and spaces before and between", () => {
    expect(
      parseModelfile("\t sYsTeM \t hi \t\n  PARAMETER \t top_k\t 5 \n\n from   a/b:c  "),
    ).toEqual({ from: "a/b:c", system: "hi", parameters: { top_k: 5 } });
  });

  it.each(["\n", "\r\n", "\r"])("are told apart by lines that end in %j", (end) => {
    expect(parseModelfile(["FROM m", "", "# x", "SYSTEM hi", "MESSAGE user a"].join(end))).toEqual({
      from: "m",
      system: "hi",
      messages: [{ role: "user", content: "a" }],
    });
  });

  it("are read behind a mark of the byte order, and without control characters", () => {
    expect(parseModelfile("\uFEFFFROM m\0\nSYSTEM a\u001B[1mb\u0085")).toEqual({
      from: "m",
      system: "a[1mb",
    });
  });

  it("hold of an instruction that is repeated the last", () => {
    const text = "FROM a\nFROM b\nSYSTEM 1\nSYSTEM 2\nPARAMETER top_k 1\nPARAMETER top_k 2";
    expect(parseModelfile(text)).toEqual({ from: "b", system: "2", parameters: { top_k: 2 } });
  });

  it("leave out what is empty, but for messages and texts to stop at", () => {
    const text =
      'FROM m\nSYSTEM old\nSYSTEM ""\nTEMPLATE \nPARSER """"""\nLICENSE ""\n' +
      'MESSAGE assistant \nPARAMETER stop ""';
    expect(parseModelfile(text)).toEqual({
      from: "m",
      messages: [{ role: "assistant", content: "" }],
      parameters: { stop: [""] },
    });
  });

  it("leave out parameters that servers no longer know", () => {
    expect(parseModelfile("FROM m\nPARAMETER mirostat_tau what\nPARAMETER use_mlock true")).toEqual(
      {
        from: "m",
      },
    );
  });
});

describe("a value", () => {
  it.each([
    ["plain  text # and no comment", "plain  text # and no comment"],
    ["  spaces around  ", "spaces around"],
    ["'single'", "'single'"],
    ["ends in a backslash \\", "ends in a backslash \\"],
    ['he said "hi"', 'he said "hi"'],
    ['"  kept  "  ', "  kept  "],
    ['"a "quoted" word"', 'a "quoted" word'],
    ['"a "quoted" word', undefined],
    ['"over\ntwo lines"', "over\ntwo lines"],
    ['"not yet" here\nbut here"', 'not yet" here\nbut here'],
    ['""', undefined],
    ['"""', undefined],
    ['""""', undefined],
    ['"""""', undefined],
    ['""""""', undefined],
    ['""""a""""', '"a"'],
    ['"""a"', undefined],
    ['"""a"\n"""', 'a"\n'],
    ['"""a""" b\nc"""', 'a""" b\nc'],
    ['"""\n# no comment\n\n  SYSTEM x\n"""  \t', "\n# no comment\n\n  SYSTEM x\n"],
    ['"""windows\r\nlines"""', "windows\r\nlines"],
    [
      "\u{1F469}\u200D\u{1F469}\u200D\u{1F467} \u00A0!",
      "\u{1F469}\u200D\u{1F469}\u200D\u{1F467} \u00A0!",
    ],
  ])("%j is %j", (value, system) => {
    if (system !== undefined || value === '""' || value === '""""""') {
      expect(systemOf(value)).toBe(system);
    } else {
      expect(() => systemOf(value)).toThrow(refusal("modelfile, line 2: no line ends with the "));
    }
  });
});

describe("a parameter", () => {
  it.each([
    ["temperature", "1", 1],
    ["temperature", ".5", 0.5],
    ["temperature", '"1e-3"', 0.001],
    ["num_predict", "-1", -1],
    ["num_predict", "+5", 5],
    ["num_predict", "-0", 0],
    ["use_mmap", "T", true],
    ["use_mmap", "0", false],
    ["main_gpu", "1", 1],
    ["draft_num_predict", "4", 4],
    ["stop", "7", ["7"]],
  ])("%s of %s is %j", (name, text, value) => {
    expect(parseModelfile(`FROM m\nPARAMETER ${name} ${text}`).parameters).toEqual({
      [name]: value,
    });
  });

  it.each([
    ["temperature warm", "temperature is 'warm', not a number"],
    ["temperature 1e39", "not a number"],
    ["temperature 0x1p-2", "not a number"],
    ["temperature NaN", "not a number"],
    ["temperature inf", "not a number"],
    ["temperature ", "temperature is '', not a number"],
    ["temperature 0.5 # warm", "not a number"],
    ["num_ctx 4096.0", "num_ctx is '4096.0', not a whole number"],
    ["num_ctx 4k", "not a whole number"],
    ["seed 9007199254740993", "not a whole number"],
    ["use_mmap yes", "use_mmap is 'yes', not true or false"],
    ["Temperature 1", "'Temperature' is no parameter of a model"],
    ["tempreature 1", "'tempreature' is no parameter of a model"],
    ["__proto__ 1", "'__proto__' is no parameter of a model"],
    ["system x", "'system' is no parameter of a model"],
    ["temperature", "PARAMETER temperature lacks a value"],
    ["", "PARAMETER lacks a value"],
  ])("%s is refused", (words, message) => {
    const parse = () => parseModelfile(`# first\nFROM m\nPARAMETER ${words}\nSYSTEM x`);
    expect(parse).toThrow(refusal("modelfile, line 3: "));
    expect(parse).toThrow(refusal(message));
  });
});

describe("a Modelfile is refused", () => {
  it.each([
    ["", "modelfile: there is no FROM"],
    ["# FROM m\nSYSTEM x", "modelfile: there is no FROM"],
    ["FROM", "modelfile, line 1: FROM lacks a value"],
    ["FROM ", "modelfile, line 1: FROM: '' is no model's name"],
    ["FROM m\r\n\r\nSYSTEM\r\n", "modelfile, line 3: SYSTEM lacks a value"],
    ["FROM m\nFRM x", "modelfile, line 2: 'FRM' is no instruction; there are FROM, PARAMETER, "],
    ["FROM m\n\nSYSTEM: x", "modelfile, line 3: 'SYSTEM:' is no instruction"],
    ["FROM m\nI have a question.", "modelfile, line 2: 'I' is no instruction"],
    ['FROM m\nSYSTEM """a\nb\n', 'modelfile, line 2: no line ends with the """ that closes'],
    ['FROM m\nSYSTEM """a\nb"""\n\nMESSAGE bot hi', "modelfile, line 5: 'bot' is no role"],
    [
      "FROM m\nMESSAGE User hi",
      "'User' is no role of a message; there are system, user, assistant",
    ],
    ["FROM m\nMESSAGE user", "modelfile, line 2: MESSAGE user lacks a value"],
    ["FROM m\nREQUIRES soon", "modelfile, line 2: REQUIRES 'soon' is no version"],
    ["FROM m\nREQUIRES 0.14.0.1", "is no version, such as 0.14.0"],
    ["FROM m\nREQUIRES V1", "is no version"],
    ["FROM two words", "modelfile, line 1: FROM: 'two words' is no model's name"],
    ["FROM 'm'", "is no model's name"],
    ["FROM a//b", "is no model's name"],
    [`FROM ${"m".repeat(600)}`, "modelfile, line 1: FROM: A model's name has at most 512"],
    ["FROM m\nADAPTER two words", "modelfile, line 2: ADAPTER: 'two words' is no model's name"],
  ])("%j", (text, message) => {
    expect(() => parseModelfile(text)).toThrow(refusal(message));
  });

  it.each([
    "./model.gguf",
    "../model",
    ".",
    "/usr/share/ollama/blobs/sha256-aa",
    "~/model.gguf",
    "~other/model",
    String.raw`C:\models\m.gguf`,
    "d:/models/m",
    String.raw`\\server\share\m`,
    String.raw`models\m`,
    "model.gguf",
    "models/model.GGUF",
    "adapter.safetensors",
    "pytorch_model.bin",
    '"./with spaces.gguf"',
  ])("when it starts from the client's file %s", (path) => {
    for (const keyword of ["FROM", "ADAPTER", "DRAFT"]) {
      expect(() => parseModelfile(`FROM m\n${keyword} ${path}`)).toThrow(
        refusal("modelfile, line 2: " + keyword),
      );
      expect(() => parseModelfile(`FROM m\n${keyword} ${path}`)).toThrow(
        refusal("use `ollama create`, which uploads them, or a model's name"),
      );
    }
  });

  it.each([
    "llama3",
    "hf.co/org/model.gguf",
    "localhost:5000/me/model.bin",
    "gguf",
    "a.gguf:latest",
  ])("but not when it starts from %s", (name) => {
    expect(parseModelfile(`FROM ${name}`).from).toBe(name);
  });

  it("in words that are short, whatever is wrong", () => {
    const long = "\n".repeat(3) + "w".repeat(1_000_000);
    for (const text of [
      long,
      `FROM m\nPARAMETER ${long.trim()} 1`,
      `PARAMETER top_k ${long.trim()}`,
    ]) {
      const parse = () => parseModelfile(text);
      expect(parse).toThrow(refusal("modelfile, line "));
      expect(parse).toThrow(
        expect.objectContaining({ message: expect.stringMatching(/^[^]{1,300}$/) }),
      );
    }
  });
});

describe("a Modelfile may not be larger than", () => {
  const { bytes, lines, messages, licenses, stop } = MODELFILE_LIMITS;

  it("1 MiB", () => {
    const start = 'FROM m\nSYSTEM """';
    const fill = (char: string, count: number) => `${start}${char.repeat(count)}"""`;
    const room = bytes - start.length - 3;
    expect(parseModelfile(fill("x", room)).system).toHaveLength(room);
    expect(() => parseModelfile(fill("x", room + 1))).toThrow(refusal("is longer than 1 MiB"));
    expect(() => parseModelfile(fill("é", room / 2 + 1))).toThrow(refusal("is longer than 1 MiB"));
    expect(() => parseModelfile("x".repeat(10 * bytes))).toThrow(refusal("is longer than 1 MiB"));
  });

  it.each([
    ["lines", lines - 1, "\n", "there are more than 20000 lines"],
    ["messages", messages, "\nMESSAGE user a", "there are more than 2048 messages"],
    ["licenses", licenses, "\nLICENSE a", "there are more than 64 licenses"],
    ["texts to stop at", stop, "\nPARAMETER stop a", "there are more than 64 texts to stop at"],
  ])("so many %s", (_what, most, added, message) => {
    expect(() => parseModelfile(`FROM m${added.repeat(most)}`)).not.toThrow();
    expect(() => parseModelfile(`FROM m${added.repeat(most + 1)} `)).toThrow(refusal(message));
  });
});

it("hostile texts of the largest size are read in a moment", () => {
  const { bytes, lines } = MODELFILE_LIMITS;
  const fill = (start: string, piece: string) =>
    start + piece.repeat(Math.floor((bytes - start.length) / piece.length));
  const texts = [
    fill("FROM m\n", " "),
    fill("FROM m\nSYSTEM ", " "),
    fill("FROM m\nSYSTEM ", '"'),
    fill('FROM m\nSYSTEM """', ' "'),
    fill('FROM m\nSYSTEM """', `${" ".repeat(50)}\n`),
    `${fill('FROM m\nSYSTEM """', " ").slice(0, bytes - lines)}${"\n".repeat(lines - 2)}`,
    `FROM m\nSYSTEM """${'""\n'.repeat(lines - 2)}`,
    fill("FROM m\nREQUIRES 0.0.0-", "a."),
    fill("FROM m\nREQUIRES ", "0"),
    fill("FROM m\nPARAMETER top_k ", "9"),
    fill("FROM m\nPARAMETER top_p 1e", "9"),
    fill("FROM ", "a/"),
    fill("FROM ", "a.b:"),
    fill("", "\0"),
  ];
  const begin = performance.now();
  for (const text of texts) {
    try {
      parseModelfile(text);
    } catch (err) {
      expect(err).toEqual(refusal("modelfile"));
    }
  }
  // Quadratic work on a text of a mebibyte takes minutes.
  expect(performance.now() - begin).toBeLessThan(5000);
});
