import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { cli, expectOneLine, type PipedEnd } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { bodyTo } from "../../support/service.ts";

async function folderWith(files: Record<string, string> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "shared-ollama-own-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

const GOOD = [
  { prompt: "Hi", completion: "Ahoy" },
  { question: "Who?", answer: "Me" },
  {
    messages: [
      { role: "user", content: "a" },
      { role: "assistant", content: "b" },
    ],
  },
  { prompt: "Hi", completion: "Ahoy" },
]
  .map((example) => `${JSON.stringify(example)}\n`)
  .join("");

describe("shared-ollama create-modelfile", () => {
  const ARGS = ["create-modelfile", "--base-model", "fake", "--system-prompt", 'A "pirate".'];

  it("writes one to the standard output", async () => {
    const end = await cli([...ARGS, "--temperature", "0.7", "--top-p", "0.9"]);
    expect(end).toEqual({
      code: 0,
      stdout: 'FROM fake\nSYSTEM A "pirate".\nPARAMETER temperature 0.7\nPARAMETER top_p 0.9\n',
      stderr: "",
    });
  });

  it("writes a file, and none over another without a yes", async () => {
    const cwd = await folderWith();
    const args = [...ARGS, "--output", "Modelfile"];
    expect((await cli(args, { cwd })).stdout).toBe("Modelfile is written.\n");
    const refused = await cli(args, { cwd });
    expectOneLine(refused);
    expect(refused.code).toBe(2);
    const { stdout } = await cli([...args, "--yes", "--json"], { cwd });
    const written = await readFile(join(cwd, "Modelfile"), "utf8");
    expect(await expectShape("create-modelfile", stdout)).toEqual({
      modelfile: written,
      output: "Modelfile",
    });
  });

  it.each([
    [["create-modelfile"], "base-model"],
    [[...ARGS, "--temperature", "3"], "expected a number from 0 to 2"],
    [["create-modelfile", "--base-model", "two words"], "FROM"],
  ])("refuses %j", async (args, says) => {
    const end = await cli(args);
    expectOneLine(end);
    expect([end.code, end.stderr]).toEqual([2, expect.stringContaining(says)]);
  });

  it("cannot write where there is no folder", async () => {
    const end = await cli([...ARGS, "--output", "/nowhere/Modelfile"]);
    expectOneLine(end);
    expect(end).toMatchObject({ code: 4, stderr: expect.stringContaining("/nowhere/Modelfile") });
  });
});

describe("shared-ollama prepare-data", () => {
  const prepare = (cwd: string, ...args: string[]): Promise<PipedEnd> =>
    cli(["prepare-data", ...args], { cwd });

  it("checks, shuffles and splits", async () => {
    const cwd = await folderWith({ "in.jsonl": GOOD });
    const end = await prepare(cwd, "--input", "in.jsonl", "--output", "out", "--validation", "0.4");
    expect(end).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "2 examples for training, 1 for validation.\nLeft out as said before: 1.\n" +
        "Written: out/train.jsonl, out/validation.jsonl\n",
    });
    expect((await readdir(join(cwd, "out"))).toSorted()).toEqual([
      "train.jsonl",
      "validation.jsonl",
    ]);
    const again = await prepare(cwd, "--input", "in.jsonl", "--output", "out");
    expectOneLine(again);
    expect(again.code).toBe(2);
  });

  it("makes one file, also of a pipe", async () => {
    const cwd = await folderWith();
    const args = ["prepare-data", "-i", "-", "-o", "all.jsonl", "--json"];
    const { stdout } = await cli(args, { cwd, input: GOOD });
    expect(await expectShape("prepare-data", stdout)).toMatchObject({ train: 3, duplicates: 1 });
    const lines = (await readFile(join(cwd, "all.jsonl"), "utf8")).trimEnd().split("\n");
    expect(lines.map((line) => Object.keys(JSON.parse(line) as object))).toEqual(
      Array.from({ length: 3 }, () => ["messages"]),
    );
    expect(await readdir(cwd)).toEqual(["all.jsonl"]);
    const over = await cli(args, { cwd, input: GOOD });
    expect(over.code).toBe(1);
  });

  it("names each wrong line, and writes nothing", async () => {
    const cwd = await folderWith({ "in.jsonl": `${GOOD}{"prompt":"alone"}\nno JSON\n` });
    const end = await prepare(cwd, "--input", "in.jsonl", "--output", "out");
    expect([end.code, end.stdout]).toEqual([1, ""]);
    expect(end.stderr).toMatch(
      /^in\.jsonl:5: 'completion' is missing\nin\.jsonl:6: is not JSON: .*\n2 lines are no examples\.\n/,
    );
    expect(await readdir(cwd)).toEqual(["in.jsonl"]);
    const json = await prepare(cwd, "-i", "in.jsonl", "-o", "out", "--json");
    expect(json.code).toBe(1);
    expect(await expectShape("prepare-data", json.stdout)).toMatchObject({
      ok: false,
      mistake_count: 2,
      mistakes: [{ line: 5 }, { line: 6 }],
    });
  });

  it("ends with 4 without the file, with 2 for another form", async () => {
    const cwd = await folderWith({ "in.jsonl": GOOD });
    const none = await prepare(cwd, "-i", "none.jsonl", "-o", "out");
    expectOneLine(none);
    expect(none.code).toBe(4);
    const csv = await prepare(cwd, "-i", "in.jsonl", "-o", "out", "--format", "csv");
    expectOneLine(csv);
    expect(csv.code).toBe(2);
  });
});

describe("a model from a Modelfile", () => {
  it("is made by the service, with create-model and with models create", async () => {
    const service = await startCliService();
    const folder = await folderWith({ Modelfile: "FROM fake\nSYSTEM A pirate.\n" });
    const file = join(folder, "Modelfile");
    const shown = await service.run(["create-model", "--name", "pirate", "--modelfile", file]);
    expect(shown).toBe("pirate is there.\n");
    expect(bodyTo(service.ollama, "/api/create")).toMatchObject({
      model: "pirate",
      from: "fake",
      system: "A pirate.",
    });
    await service.json("create-model", "--name", "pirate", "--modelfile", file);
    await service.json("models create", "pirate", "--modelfile", file);
    await service.json("models create", "pirate", "--from", "fake", "--system", "x");
    expect(await service.run(["models", "create", "p", "-f", "-"], "FROM fake\n")).toContain(
      "p is",
    );
  });

  it("ends with 4 where the file or the base is not there, with 2 for no Modelfile", async () => {
    const service = await startCliService();
    const folder = await folderWith({ Modelfile: "FROM nope\n", Wrong: "HELLO\n" });
    const ends = async (name: string): Promise<number | null> => {
      const file = join(folder, name);
      const end = await service.end(["create-model", "--name", "x", "--modelfile", file]);
      expectOneLine(end);
      return end.code;
    };
    expect([await ends("none"), await ends("Modelfile"), await ends("Wrong")]).toEqual([4, 4, 2]);
  });
});
