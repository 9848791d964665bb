import type { ChatLine, GenerateLine, Rated } from "./answer.ts";

/** Joins streamed lines; `join` adds a line to those before it. */
export async function collect<Line>(
  lines: AsyncIterable<Line>,
  join: (whole: Line, line: Line) => Line,
): Promise<Line | undefined> {
  let whole: Line | undefined;
  for await (const line of lines) whole = whole === undefined ? line : join(whole, line);
  return whole;
}

/** Joins two lines of a chat: their texts together, the figures of the last one. */
export function joinChatLines(whole: ChatLine, line: ChatLine): ChatLine {
  const content = whole.message.content + line.message.content;
  const calls = [...(whole.message.tool_calls ?? []), ...(line.message.tool_calls ?? [])];
  const { role } = line.message;
  const message = { role, content, ...(calls.length > 0 && { tool_calls: calls }) };
  return { ...line, message, ...joinLogprobs(whole, line) };
}

/** Joins two lines of a generated text: their texts together, the figures of the last one. */
export function joinGenerateLines(whole: GenerateLine, line: GenerateLine): GenerateLine {
  return { ...line, response: whole.response + line.response, ...joinLogprobs(whole, line) };
}

/** The log probabilities of two lines, one after the other. */
function joinLogprobs(one: Rated, other: Rated): Rated {
  const logprobs = [...(one.logprobs ?? []), ...(other.logprobs ?? [])];
  return logprobs.length > 0 ? { logprobs } : {};
}
