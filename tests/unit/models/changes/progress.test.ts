import { describe, expect, it } from "vitest";
import { progressOf } from "../../../../src/models/changes/progress.ts";

async function read(text: string, status = 200): Promise<object[]> {
  async function* body() {
    yield Buffer.from(text);
  }
  const lines: object[] = [];
  const answer = { status, contentType: "", body: body(), isBeingRead: () => true };
  for await (const line of progressOf(answer)) lines.push(line);
  return lines;
}

const SUCCESS = '{"status":"success"}\n';

describe("the lines of a pull or a create", () => {
  it("are what the service knows of them", async () => {
    const line = { status: "pulling a", digest: "sha256:a", total: 10, completed: 5 };
    const odd = { status: 7, digest: 1, total: -1, completed: "x", more: "secret" };
    const text = `${JSON.stringify(line)}\n${JSON.stringify(odd)}\n${SUCCESS}`;
    expect(await read(text)).toEqual([line, { status: "" }, { status: "success" }]);
  });

  it("are of a bounded length", async () => {
    const line = { status: "s".repeat(100_000), digest: "d".repeat(100_000) };
    const [first] = await read(`${JSON.stringify(line)}\n${SUCCESS}`);
    expect(JSON.stringify(first).length).toBeLessThan(600);
  });

  it.each([
    ['{"error":"no"}\n', "upstream_unavailable", "no"],
    ['{"status":"x"}\n{"error":"bad template","status":400}\n', "invalid_request", "bad template"],
    ['{"error":{"message":"odd"}}\n', "upstream_unavailable", "odd"],
    ['{"status":"pulling"}\n', "upstream_unavailable", "The inference server broke off its answer"],
    ["", "upstream_unavailable", "The inference server broke off its answer"],
    ["<html>\n", "upstream_unavailable", "The inference server sent something that is not JSON"],
  ])("may end in a failure: %s", async (text, code, message) => {
    await expect(read(text)).rejects.toMatchObject({ code, message });
  });

  it("are none where the server refuses", async () => {
    await expect(read('{"error":"invalid model name"}', 400)).rejects.toMatchObject({
      code: "invalid_request",
      message: "invalid model name",
    });
  });
});
