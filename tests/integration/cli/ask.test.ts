import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliInTerminal, expectOneLine, startCli } from "../../support/cli.ts";
import { expectShape } from "../../support/cli-shapes.ts";
import { startCliService } from "../../support/cli-service.ts";
import { HeldAnswers } from "../../support/held-answers.ts";
import { photo } from "../../support/image-files.ts";
import { bodyTo } from "../../support/service.ts";
import { makeHome } from "../../support/service-process.ts";

describe("shared-ollama ask", () => {
  it("writes the answer, and ends its last line", async () => {
    const service = await startCliService();
    const end = await service.end([
      "ask",
      "Why",
      "is it so?",
      "--model",
      "fake",
      "--system",
      "Be kind",
    ]);
    expect(end).toEqual({ code: 0, stdout: "Hello\n", stderr: "" });
    expect(bodyTo(service.ollama, "/api/generate")).toMatchObject({
      model: "fake",
      prompt: "Why is it so?",
      system: "Be kind",
      stream: true,
    });
  });

  it("puts what is piped in below the prompt, or has it as the prompt", async () => {
    const service = await startCliService();
    await service.run(["ask", "Summarise", "-m", "fake"], "a long\ntext\n");
    expect(bodyTo(service.ollama, "/api/generate")).toMatchObject({
      prompt: "Summarise\n\na long\ntext",
    });
    service.ollama.received.length = 0;
    await service.run(["ask", "-m", "fake"], "only this\n");
    expect(bodyTo(service.ollama, "/api/generate")).toMatchObject({ prompt: "only this" });
  });

  it("streams, and stops with Ctrl-C", async () => {
    const service = await startCliService();
    const answers = new HeldAnswers(service.ollama, "/api/generate");
    const terminal = cliInTerminal(["ask", "Why?", "-m", "fake"], service);
    const answer = await answers.next();
    answer.line({ model: "fake", response: "First\u001B[2J half", done: false });
    await terminal.shows(/First\[2J half/);
    terminal.interrupt();
    expect(await terminal.endsWith(130)).not.toContain("Error");
    await answer.sawCancel();
  });

  it("writes the whole answer for programs", async () => {
    const service = await startCliService();
    expect(await service.json("ask", "Why?", "-m", "fake")).toMatchObject({
      text: "Hello",
      model: "fake",
      truncated: false,
    });
  });

  it("sends a format: json, or the schema in a file", async () => {
    const service = await startCliService({}, { chunks: ["{}"] });
    await service.run(["ask", "x", "-m", "fake", "--format", "json"]);
    expect(bodyTo(service.ollama, "/api/generate")).toMatchObject({ format: "json" });
    service.ollama.received.length = 0;
    const file = join(await makeHome(), "schema.json");
    const schema = { type: "object", properties: { a: { type: "string" } } };
    await writeFile(file, JSON.stringify(schema));
    await service.run(["ask", "x", "-m", "fake", "--format", file]);
    expect(bodyTo(service.ollama, "/api/generate")).toMatchObject({ format: schema });
    await writeFile(file, "no JSON");
    const wrong = await service.end(["ask", "x", "--format", file]);
    expectOneLine(wrong);
    expect(wrong.code).toBe(2);
  });

  it("shows images to a model that can see", async () => {
    const service = await startCliService({}, { vision: ["fake:latest"] });
    const file = join(await makeHome(), "photo.jpg");
    await writeFile(file, await photo());
    expect(await service.run(["ask", "What?", "-m", "fake", "--image", file])).toBe("Hello\n");
    const { messages } = bodyTo(service.ollama, "/api/chat") as {
      messages: { images: string[] }[];
    };
    expect(messages.at(-1)).toMatchObject({ content: "What?" });
    expect(messages.at(-1)?.images).toHaveLength(1);
    const args = ["ask", "What?", "-m", "fake", "--image", file, "--json"];
    const { stdout } = await service.end(args);
    expect(await expectShape("ask", stdout)).toMatchObject({ text: "Hello" });
  });

  it.each([
    [["ask"], 2, "Say what is asked"],
    [["ask", "x", "--modle", "fake"], 2, "--modle"],
    [["ask", "x", "--temperature", "9"], 2, "from 0 to 2"],
    [["ask", "x", "--model", "nope"], 4, "nope"],
    [["ask", "x", "--image", "/nowhere.png"], 4, "/nowhere.png"],
    [["ask", "x", "--image", "package.json"], 2, "is no image"],
  ])("%j ends with %d", async (args, code, says) => {
    const service = await startCliService();
    const end = await service.end(args);
    expectOneLine(end);
    expect([end.code, end.stderr]).toEqual([code, expect.stringContaining(says)]);
  });

  it("says in one line what goes wrong in the middle of an answer", async () => {
    const service = await startCliService();
    const answers = new HeldAnswers(service.ollama, "/api/generate");
    const asked = startCli(["ask", "Why?", "-m", "fake"], { ...service, input: "" });
    const answer = await answers.next();
    answer.line({ model: "fake", response: "Half", done: false });
    await asked.writes("Half");
    answer.crash();
    expect(await asked.code).toBe(1);
    expect(asked.output.stdout).toBe("Half\n");
    expect(asked.output.stderr).toMatch(/^[^\n]+\n$/);
  });
});

describe("shared-ollama embed", () => {
  it("shows the length and first numbers of a vector", async () => {
    const service = await startCliService();
    expect(await service.run(["embed", "What is light?"])).toBe(
      "2 numbers   0.600  0.800 …  What is light?\n",
    );
  });

  it("writes a line of JSON for each line that is not empty", async () => {
    const service = await startCliService();
    const { stdout } = await service.end(["embed", "--json"], "light\n\nsound\n");
    expect(await expectShape("embed", stdout)).toEqual([
      { line: 1, text: "light", model: "all-minilm", dimensions: 2, embedding: [0.6, 0.8] },
      { line: 3, text: "sound", model: "all-minilm", dimensions: 2, embedding: [0.6, 0.8] },
    ]);
  });

  it("has many lines in few requests", async () => {
    const service = await startCliService();
    const lines = Array.from({ length: 600 }, (_, at) => `text ${at}\n`).join("");
    const shown = await service.run(["embed"], lines);
    expect(shown.split("\n")).toHaveLength(601);
    expect(shown).toContain("text 599");
  });

  it.each([
    [["embed"], undefined, 2],
    [["embed"], "\n \n", 2],
    [["embed", "x", "--dimensions", "0"], "", 2],
    [["embed", "x", "--model", "nope"], "", 4],
  ])("%j with the input %j ends with %d", async (args, input, code) => {
    const service = await startCliService();
    const end = await service.end(args, input);
    expectOneLine(end);
    expect(end.code).toBe(code);
  });
});
