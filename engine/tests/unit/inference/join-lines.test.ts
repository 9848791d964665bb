import { expect, it } from "vitest";
import type { ChatLine } from "../../../inference/answer.ts";
import { joinChatLines, joinGenerateLines } from "../../../inference/join-lines.ts";

const head = { model: "m", created_at: "now", done: false };
const rated = (token: string) => ({ logprobs: [{ token, logprob: -1 }] });

it("puts a chat's text, calls and figures together", () => {
  const call = { id: "c", function: { index: 0, name: "add", arguments: {} } };
  const lines: ChatLine[] = [
    { ...head, message: { role: "assistant", content: "a" }, ...rated("a") },
    { ...head, message: { role: "assistant", content: "", tool_calls: [call] }, ...rated("b") },
    { ...head, message: { role: "assistant", content: "" }, done: true, done_reason: "stop" },
  ];
  expect(lines.reduce(joinChatLines)).toEqual({
    ...head,
    message: { role: "assistant", content: "a", tool_calls: [call] },
    done: true,
    done_reason: "stop",
    logprobs: [...rated("a").logprobs, ...rated("b").logprobs],
  });
});

it("puts a generated text together, without figures that nobody asked for", () => {
  const lines = [
    { ...head, response: "a" },
    { ...head, response: "b", done: true },
  ];
  expect(lines.reduce(joinGenerateLines)).toEqual({ ...head, response: "ab", done: true });
});
