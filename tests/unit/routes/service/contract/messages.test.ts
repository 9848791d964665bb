import { describe, expect, it } from "vitest";
import { NativeMessage, OpenAIMessage } from "../../../../../routes/service/contract/messages.ts";

const call = { id: "call_1", type: "function", function: { name: "weather", arguments: "{}" } };
/** As the schema sees it: in place of the data URL stands its number. */
const image = { type: "image_url" };
const problems = (result: { error?: { issues: { message: string }[] } | undefined }): string =>
  (result.error?.issues ?? []).map(({ message }) => message).join("; ");

describe.each([
  ["native", NativeMessage],
  ["OpenAI's", OpenAIMessage],
] as const)("a message in %s form", (_dialect, Message) => {
  it.each([
    ["text, trimmed", { role: "user", content: " hi " }, "hi"],
    ["text parts, joined", { role: "user", content: [part("a"), part("b")] }, "a b"],
    ["parts without text", { role: "user", content: [part(""), part(" \n"), part("b")] }, "b"],
    ["calls without content", { role: "assistant", tool_calls: [call] }, undefined],
    ["calls with no content", { role: "assistant", content: null, tool_calls: [call] }, null],
    ["calls with empty content", { role: "assistant", content: "", tool_calls: [call] }, ""],
    ["nothing", { role: "user" }, undefined],
    ["blank text", { role: "user", content: " \n" }, ""],
    ["no parts", { role: "user", content: [] }, ""],
    ["no content and no calls", { role: "assistant", content: null, tool_calls: [] }, null],
    ["an empty answer of a tool", { role: "tool", content: "", tool_call_id: "call_1" }, ""],
    ["a refusal", { role: "assistant", content: [{ type: "refusal", refusal: "No." }] }, "No."],
    ["a tool's answer", { role: "tool", content: "sun", tool_call_id: "call_1" }, "sun"],
  ])("holds %s", (_case, message, content) => {
    const parsed = Message.parse(message).content;
    expect(typeof parsed === "object" && parsed ? parsed.text : parsed).toBe(content);
  });

  it("may not hold a tool's answer without its call", () => {
    const stray = { role: "tool", content: "x" };
    expect(problems(Message.safeParse(stray))).toContain("needed for the role tool");
  });

  it.each([
    ["parts of an unknown type", { role: "user", content: [{ type: "video", url: "x" }] }],
    ["a number", { role: "user", content: 7 }],
    ["an unknown role", { role: "wizard", content: "x" }],
    ["arguments as an object", { role: "assistant", tool_calls: [withArguments({})] }],
    ["a call without id", { role: "assistant", tool_calls: [{ ...call, id: "" }] }],
  ])("is refused with %s", (_case, message) => {
    expect(Message.safeParse(message).success).toBe(false);
  });
});

describe("an image in a message", () => {
  const content = [{ ...image, image_url: { url: "1" } }, part("a"), { ...image, image_url: "0" }];

  it("is refused in native form, with the ways to send it", () => {
    const refusal = problems(NativeMessage.safeParse({ role: "user", content }));
    expect(refusal).toContain("this message to /api/v1/vlm or /api/v1/vlm/openai");
  });

  it("is known by its number in OpenAI's form, in the order of the parts", () => {
    const message = OpenAIMessage.parse({ role: "user", content });
    expect(message.content).toEqual({ text: "a", images: [1, 0] });
  });

  it("is enough of a message in OpenAI's form", () => {
    const message = { role: "user", content: [{ ...image, image_url: "0" }] };
    expect(OpenAIMessage.parse(message).content).toEqual({ text: "", images: [0] });
  });
});

it("takes a developer and further standard fields only in OpenAI's form", () => {
  const developer = { role: "developer", content: "x" };
  expect(OpenAIMessage.safeParse(developer).success).toBe(true);
  expect(NativeMessage.safeParse(developer).success).toBe(false);
  const more = { role: "assistant", content: "x", refusal: null, annotations: [] };
  expect(OpenAIMessage.safeParse(more).success).toBe(true);
  expect(NativeMessage.safeParse(more).success).toBe(false);
});

function part(text: string): object {
  return { type: "text", text };
}

function withArguments(value: unknown): object {
  return { ...call, function: { name: "weather", arguments: value } };
}
