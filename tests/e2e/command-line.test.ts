import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealService, type RealService } from "../support/real-service.ts";

const run = promisify(execFile);
const has = (program: string): Promise<boolean> =>
  run(program, ["--version"]).then(
    () => true,
    () => false,
  );
const [hasCurl, hasHttpie] = await Promise.all([has("curl"), has("http")]);
const QUESTION = '{"messages":[{"role":"user","content":"Say hello."}],"max_tokens":8}';

describe.skipIf(process.env["TEST_NO_MODEL"])("command-line clients on real inference", () => {
  let service: RealService;
  beforeAll(async () => {
    service = await startRealService();
  });
  afterAll(() => service.stop());

  it.skipIf(!hasCurl)("answers the curl line that the start prints", async () => {
    const printed = /curl (\S+) -d '(.*)'/.exec(service.output());
    expect(printed, service.output()).not.toBeNull();
    const { stdout } = await run("curl", ["-s", printed?.[1] ?? "", "-d", QUESTION]);
    const answer = JSON.parse(stdout) as { message: { content: string } };
    expect(answer.message.content).toBeTypeOf("string");
  });

  it.skipIf(!hasCurl)("streams to curl line by line", async () => {
    // Held to a text of several tokens, whatever the model would say.
    const format = '{"const":"one two three four five six"}';
    const options = '{"num_predict":4}';
    const body = `{"model":"smollm2:135m","prompt":"Hi","format":${format},"options":${options}}`;
    const { stdout } = await run("curl", ["-sN", `${service.url}/api/generate`, "-d", body]);
    const lines = stdout.trim().split("\n");
    expect(lines.length).toBeGreaterThan(2);
    expect(JSON.parse(lines.at(-1) ?? "")).toMatchObject({ done: true });
  });

  it.skipIf(!hasCurl)("gets a documented error for a wrong body", async () => {
    const { stdout } = await run("curl", ["-s", `${service.url}/api/v1/chat`, "-d", "{"]);
    expect(JSON.parse(stdout)).toMatchObject({ code: "validation_error" });
  });

  it.skipIf(!hasHttpie)("answers httpie", async () => {
    const { stdout } = await run("http", [
      "--ignore-stdin",
      "--body",
      "POST",
      `${service.url}/api/v1/generate`,
      "prompt=Say hello.",
      "max_tokens:=8",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ model: "smollm2:135m" });
  });

  it.skipIf(!hasHttpie)("answers httpie in Ollama's dialect", async () => {
    const { stdout } = await run("http", [
      "--ignore-stdin",
      "--body",
      "POST",
      `${service.url}/api/generate`,
      "model=smollm2:135m",
      "prompt=Hi",
      "stream:=false",
      "options[num_predict]:=4",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ done: true });
  });
});
