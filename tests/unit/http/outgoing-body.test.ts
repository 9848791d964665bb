import { describe, expect, it } from "vitest";
import { OutgoingBody } from "../../../src/http/outgoing-body.ts";

/** A body, and how often it was told that it was sent. */
function setUp(pieces: Uint8Array[]) {
  const seen = { sent: 0 };
  const body = new OutgoingBody(pieces, () => {
    seen.sent += 1;
  });
  return { body, seen };
}

describe("OutgoingBody", () => {
  it("goes whole while it is small, once", () => {
    const { body, seen } = setUp([Buffer.from("ab"), Buffer.from("c")]);
    expect(body.isLarge).toBe(false);
    expect(Buffer.from(body.whole()).toString()).toBe("abc");
    expect(seen.sent).toBe(1);
    expect(body.whole()).toHaveLength(0);
  });

  it("goes in slices when it is large, and nothing of it is kept", async () => {
    const bytes = Buffer.from(Uint8Array.from({ length: 700_000 }, (_, i) => i >> 3));
    const { body, seen } = setUp([bytes.subarray(0, 300_000), bytes.subarray(300_000)]);
    expect([body.isLarge, body.byteLength]).toEqual([true, 700_000]);
    const slices: Uint8Array[] = [];
    for await (const slice of body.slices()) slices.push(slice);
    expect(bytes.equals(Buffer.concat(slices))).toBe(true);
    expect(slices.every(({ byteLength }) => byteLength <= 262_144)).toBe(true);
    expect(seen.sent).toBe(1);
    expect(body.whole()).toHaveLength(0);
  });

  it("tells of its end also when the sender gives up", async () => {
    const { body, seen } = setUp([Buffer.alloc(700_000)]);
    for await (const _slice of body.slices()) break;
    expect(seen.sent).toBe(1);
  });
});
