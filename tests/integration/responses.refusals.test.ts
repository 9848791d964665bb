import { describe, expect, it } from "vitest";
import { bodiesTo, expectOpenAIError, jsonOf, startService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";

const PATH = "/api/v1/responses";
const ASK = { model: "fake", input: "hi" };

describe("POST /api/v1/responses refuses", () => {
  const part = (content: object) => ({ input: [{ role: "user", content: [content] }] });
  const deep = JSON.parse(`${'{"a":'.repeat(600)}1${"}".repeat(600)}`) as object;

  it.each<[string, object, RegExp]>([
    ["no input", { input: undefined }, /^input: expected a text/],
    ["an empty text", { input: "  " }, /^input: /],
    ["an empty list", { input: [] }, /^input: /],
    ["input that says nothing", { input: [{ type: "reasoning" }] }, /^input: a message/],
    [
      "unknown items",
      { input: [{ type: "web_search_call" }] },
      /^input\.0\.type: expected an item/,
    ],
    ["unknown parts", part({ type: "input_file" }), /^input\.0\.content\.0\.type: expected a part/],
    ["files as images", part({ type: "input_image", file_id: "f" }), /content\.0\.image_url: /],
    [
      "images of the network",
      part({ type: "input_image", image_url: "http://127.0.0.1/x.png" }),
      /^input\.0\.content\.0\.image_url: images are not fetched/,
    ],
    [
      "calls without a name",
      { input: [{ type: "function_call", call_id: "c" }] },
      /^input\.0\.name/,
    ],
    ["many items", { input: Array.from({ length: 3000 }, () => ({ role: "x" })) }, /limit is 2048/],
    ["many values", { input: [{ role: "user", content: Array(60_000).fill(1) }] }, /50000 values/],
    ["background", { background: true }, /^background: /],
    ["conversation", { conversation: "c" }, /^conversation: is not offered/],
    ["prompt", { prompt: { id: "p" } }, /^prompt: is not offered/],
    [
      "response_format",
      { response_format: { type: "json_object" } },
      /^response_format: .*text\.for/,
    ],
    ["tools of OpenAI", { tools: [{ type: "web_search" }] }, /^tools\.0\.type: only functions/],
    [
      "a wrong schema",
      { text: { format: { type: "json_schema", name: "a", schema: { type: "x" } } } },
      /^text\.format\.schema\.type: /,
    ],
    [
      "a deep schema",
      { text: { format: { type: "json_schema", name: "a", schema: deep } } },
      /deep/,
    ],
    [
      "much metadata",
      { metadata: Object.fromEntries(Array.from({ length: 17 }, (_, i) => [i, ""])) },
      /^metadata: has more than 16/,
    ],
    ["long metadata", { metadata: { a: "b".repeat(513) } }, /^metadata\.a: /],
    [
      "a choice of no tool",
      { tool_choice: { type: "function", name: "f" } },
      /^tool_choice: there is no tool 'f'/,
    ],
  ])("%s", async (_, body, says) => {
    const service = await startService();
    const answer = await service.gateway.post(PATH, { ...ASK, ...body });
    const { error } = (await jsonOf(answer)) as { error: { message: string; code: string } };
    expect(error).toMatchObject({ code: "validation_error", message: expect.stringMatching(says) });
    expect(answer.status).toBe(422);
    await nothingIsHeld(service);
    expect(bodiesTo(service.ollama, "/api/chat")).toEqual([]);
  });

  it("calls whose arguments are no JSON object", async () => {
    const { gateway } = await startService();
    const call = { type: "function_call", call_id: "c", name: "f", arguments: "[1]" };
    await expectOpenAIError(await gateway.post(PATH, { ...ASK, input: [call] }), {
      status: 400,
      code: "invalid_request",
      type: "invalid_request_error",
      param: "input",
      says: /^The arguments of the call to 'f' are no JSON object$/,
    });
  });

  it("a prompt that with what it goes on from is too large", async () => {
    const { gateway } = await startService({ MAX_PROMPT_TOKENS: "30" });
    const input = "x".repeat(80);
    const { id } = await jsonOf(await gateway.post(PATH, { ...ASK, input }));
    const answer = await gateway.post(PATH, { ...ASK, input, previous_response_id: id });
    await expectOpenAIError(answer, {
      status: 400,
      code: "prompt_too_large",
      type: "invalid_request_error",
      inError: { estimated_tokens: expect.any(Number), limit_tokens: 30 },
    });
  });

  it("names that objects have, without harm", async () => {
    const { gateway } = await startService();
    const body = `{"model":"fake","input":[{"role":"user","content":"hi","__proto__":{"type":"x"}}],"metadata":{"__proto__":"x","constructor":"y"},"__proto__":{"store":false}}`;
    const answer = await gateway.post(PATH, body);
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({ store: true });
    for (const id of ["__proto__", "..%2f..", "%00", "x".repeat(3000)]) {
      for (const method of ["GET", "DELETE"]) {
        const refused = await gateway.get(`${PATH}/${id}`, { method });
        expect([400, 404], `${method} ${id}`).toContain(refused.status);
        await refused.text();
      }
    }
  });
});
