import { describe, expect, it } from "vitest";
import { Rounds } from "../../../runner/rounds.ts";
import { within } from "../../../../tests/support/deadline.ts";

const NO_SPARE = { hasSpare: false, use: () => {} };

/** A step that ends when told to, with a promise of its beginning. */
function step(rounds: Rounds) {
  let end = () => {};
  let begin: (alone: boolean) => void = () => {};
  const began = new Promise<boolean>((resolve) => {
    begin = resolve;
  });
  const take = async (alone: boolean) => {
    begin(alone);
    await new Promise<void>((resolve) => {
      end = resolve;
    });
  };
  const done = rounds.run(0, { tokens: 1, take });
  return { began, done, end: () => end() };
}

describe("Rounds", () => {
  it("takes what was asked for during a round into the next one, together", async () => {
    const rounds = new Rounds(NO_SPARE);
    const order: string[] = [];
    const first = step(rounds);
    expect(await within(first.began, "the first step")).toBe(true);
    const others = ["b", "c"].map((name) =>
      rounds.run(0, {
        tokens: 1,
        take: async (alone) => {
          order.push(`${name} begins${alone ? " alone" : ""}`);
          await Promise.resolve();
          order.push(`${name} ends`);
        },
      }),
    );
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    first.end();
    await within(Promise.all(others), "the second round");
    expect(order).toEqual(["b begins", "c begins", "b ends", "c ends"]);
  });

  it("waits for the slowest step of a round", async () => {
    const rounds = new Rounds(NO_SPARE);
    const [quick, slow] = [step(rounds), step(rounds)];
    await within(Promise.all([quick.began, slow.began]), "the round");
    quick.end();
    await quick.done;
    const next = step(rounds);
    let begun = false;
    void next.began.then(() => (begun = true));
    await new Promise(setImmediate);
    expect(begun).toBe(false);
    slow.end();
    expect(await within(next.began, "the next round")).toBe(true);
    next.end();
  });

  it("goes on after a step that fails", async () => {
    const rounds = new Rounds(NO_SPARE);
    const failing = { tokens: 1, take: () => Promise.reject(new Error("decode")) };
    await expect(rounds.run(0, failing)).rejects.toThrow("decode");
    const next = rounds.run(0, { tokens: 1, take: () => Promise.resolve("next") });
    expect(await within(next, "the next step")).toBe("next");
  });

  it("begins a round in the order of the sequences, whoever asked first", async () => {
    const rounds = new Rounds(NO_SPARE);
    const order: number[] = [];
    const steps = [2, 0, 1].map((number) =>
      rounds.run(number, { tokens: 1, take: async () => order.push(number) }),
    );
    await within(Promise.all(steps), "the round");
    expect(order).toEqual([0, 1, 2]);
  });

  it("computes on all cores where that is quicker, unless the numbers must be exact", async () => {
    const used: boolean[] = [];
    const cores = { hasSpare: true, use: (all: boolean) => void used.push(all) };
    const rounds = new Rounds(cores);
    const take = async () => {};
    const large = { tokens: 64, take };
    // What any choice needs to know of both.
    for (let count = 0; count < 8; count += 1) await rounds.run(0, large);
    expect(used).toEqual([...Array(4).fill(false), ...Array(4).fill(true)]);
    used.length = 0;
    await rounds.run(0, { ...large, exactly: true });
    await rounds.run(0, { tokens: 1, take });
    await rounds.run(0, { tokens: 0, take });
    expect(used).toEqual([false, false, false]);
  });
});
