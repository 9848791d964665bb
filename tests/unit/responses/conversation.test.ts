import { describe, expect, it } from "vitest";
import { newTurn, wholeConversation } from "../../../routes/service/responses/conversation.ts";
import { jsonBytes } from "../../../src/responses/kept-json.ts";

const HEX = "0123456789abcdef".repeat(2);
const ID = `resp_${HEX}`;
const ITEM = `msg_${HEX}_0`;

const said = (text: string) => ({
  id: ITEM,
  type: "message",
  status: "completed",
  role: "assistant",
  content: [{ type: "output_text", text, annotations: [], logprobs: [] }],
});

/** A turn of which nothing but the output and the messages can be read. */
const kept = {
  response: Buffer.from("no JSON"),
  output: jsonBytes([said("Hello")]),
  messages: jsonBytes([{ role: "user", content: "hi", images: [] }]),
  images: [],
  previous: undefined,
};

describe("a conversation", () => {
  it("reads a response once, however often its items are referred to", () => {
    let found = 0;
    const reference = { type: "item_reference" as const, id: ITEM };
    const input = Array.from({ length: 2000 }, () => reference);
    const { messages } = newTurn({ input, previous_response_id: undefined }, (id) => {
      expect(id).toBe(ID);
      found += 1;
      return kept;
    });
    expect(found).toBe(1);
    expect(messages).toHaveLength(2000);
    expect(messages.at(-1)).toMatchObject({ role: "assistant", content: "Hello" });
  });

  it("reads of what it goes on from no more than was said", () => {
    const turn = newTurn({ input: "again", previous_response_id: ID }, () => kept);
    expect(wholeConversation(turn, []).messages).toMatchObject([
      { role: "user", content: "hi" },
      { role: "assistant", content: "Hello" },
      { role: "user", content: "again" },
    ]);
  });
});
