import type { LlamaContextSequence, Token } from "node-llama-cpp";
import { describe, expect, it } from "vitest";
import { Rounds } from "../../../runner/rounds.ts";
import { Slot, chooseSlot } from "../../../runner/slot.ts";

const BLOCK = 4;
const CORES = 3;
const NO_SPARE = { hasSpare: false, use: () => {} };

/** A sequence's memory as a list; `reads` says what was read into it. */
class FakeSequence {
  contextTokens: Token[] = [];
  readonly reads: number[] = [];
  readonly context = { currentThreads: CORES };

  get nextTokenIndex(): number {
    return this.contextTokens.length;
  }

  async evaluateWithoutGeneratingNewTokens(tokens: Token[]): Promise<void> {
    this.reads.push(tokens.length);
    this.contextTokens.push(...tokens);
  }

  async adaptStateToTokens(tokens: Token[]): Promise<void> {
    this.contextTokens = tokens.slice();
  }

  async clearHistory(): Promise<void> {
    this.contextTokens = [];
  }

  async eraseContextTokenRanges([{ start, end }]: [{ start: number; end: number }]): Promise<void> {
    this.contextTokens.splice(start, end - start);
  }
}

function slotWith(held: readonly Token[] = []) {
  const sequence = new FakeSequence();
  sequence.contextTokens = held.slice();
  return {
    sequence,
    slot: new Slot({
      sequence: sequence as unknown as LlamaContextSequence,
      order: 0,
      rounds: new Rounds(NO_SPARE),
      block: BLOCK,
      cores: CORES,
    }),
  };
}

const tokens = (...ids: number[]) => ids as Token[];
const upTo = (length: number) => tokens(...Array.from({ length }, (_, index) => index));

/** Reads a prompt in whole blocks, as far as they go. */
async function read(slot: Slot, prompt: readonly Token[], { alone = true } = {}) {
  for (let at = 0; at + BLOCK < prompt.length; at += BLOCK) {
    await slot.read(prompt, at, at + BLOCK, alone);
  }
}

describe("Slot", () => {
  it("uses again what two prompts share, but for the last token", async () => {
    const { slot } = slotWith(upTo(7));
    expect(slot.reusable(upTo(10), false)).toBe(7);
    expect(slot.reusable(upTo(7), false)).toBe(6);
    expect(slot.reusable(tokens(0, 1, 9), false)).toBe(2);
    expect(await slot.keep(tokens(0, 1, 9), false)).toBe(2);
    expect(slot.sequence.contextTokens).toEqual(tokens(0, 1));
  });

  it("takes over only whole blocks read alone on the usual cores when it must be exact", async () => {
    const { slot, sequence } = slotWith();
    await read(slot, upTo(11));
    sequence.contextTokens.push(...tokens(8, 9, 10));
    expect(slot.reusable(upTo(20), true)).toBe(8);
    expect(slot.reusable(tokens(0, 1, 2, 3, 4, 9, 9), true)).toBe(4);
    const beside = slotWith();
    await read(beside.slot, upTo(11), { alone: false });
    expect(beside.slot.reusable(upTo(20), true)).toBe(0);
    expect(beside.slot.reusable(upTo(20), false)).toBe(8);
    const onAllCores = slotWith();
    onAllCores.sequence.context.currentThreads = CORES + 1;
    await read(onAllCores.slot, upTo(11));
    expect(onAllCores.slot.reusable(upTo(20), true)).toBe(0);
  });

  it("forgets that blocks were exact once they are cut", async () => {
    const { slot } = slotWith();
    await read(slot, upTo(13));
    await slot.keep(tokens(0, 1, 2, 3, 4, 7), false);
    expect(slot.reusable(upTo(13), true)).toBe(4);
  });

  it("does not use what has seen tokens that were dropped", async () => {
    const { slot } = slotWith(upTo(12));
    await slot.drop(2, 6);
    const left = slot.sequence.contextTokens;
    expect(slot.reusable([...left, 99 as Token], false)).toBe(2);
    await slot.keep([...left, 99 as Token], false);
    expect(slot.sequence.contextTokens).toEqual(tokens(0, 1));
  });

  it("begins anew after a failed decode", async () => {
    const { slot } = slotWith(upTo(8));
    slot.invalidate();
    expect(await slot.keep(upTo(9), false)).toBe(0);
    expect(slot.sequence.contextTokens).toEqual([]);
  });
});

describe("chooseSlot", () => {
  const ofPrompt = (...held: Token[][]) =>
    chooseSlot(
      held.map((one) => slotWith(one).slot),
      upTo(10),
      false,
    );

  it("takes the slot that holds most of the prompt", () => {
    expect(ofPrompt([], upTo(4), upTo(8))).toBe(2);
  });

  it("leaves a conversation alone that shares only its beginning", () => {
    const other = [...upTo(2), ...tokens(50, 51, 52, 53, 54, 55)];
    expect(ofPrompt([], other)).toBe(0);
    expect(ofPrompt(other, [])).toBe(0);
  });

  it("goes on with a slot whose every token is in the prompt", () => {
    expect(ofPrompt([], upTo(2))).toBe(1);
  });
});
