import { expect, it } from "vitest";
import { DecodeGate } from "../../../../src/engine/runner/decode-gate.ts";

it("holds decoders while a change runs, and changes one at a time", async () => {
  const gate = new DecodeGate();
  const order: string[] = [];
  let finish = () => {};
  const first = gate.closedFor(async () => {
    order.push("first");
    await new Promise<void>((resolve) => {
      finish = resolve;
    });
  });
  await Promise.resolve();
  const decoder = gate.pass().then(() => order.push("token"));
  const second = gate.closedFor(async () => void order.push("second"));
  expect(gate.isClosed).toBe(true);
  finish();
  await Promise.all([first, second, decoder]);
  expect(order[0]).toBe("first");
  expect(order.toSorted()).toEqual(["first", "second", "token"]);
  expect(gate.isClosed).toBe(false);
});

it("opens again when a change fails", async () => {
  const gate = new DecodeGate();
  await expect(gate.closedFor(() => Promise.reject(new Error("no")))).rejects.toThrow("no");
  await gate.pass();
});
