import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type OpenLlama, openLlama } from "../../../src/engine/runner/llama.ts";
import { ModelRunner } from "../../../src/engine/runner/model-runner.ts";
import { resolveOptions } from "../../../src/engine/values/options.ts";
import { WEIGHTS, noWeights } from "./temp-models.ts";

const CONTEXT = 512;
const BLOCK = 64;
const CORES = { usual: 1, most: 2 };
const STORY = "The keeper of the lighthouse wrote down every ship that passed. ".repeat(12);

/** Another conversation of the same kind. */
const OTHER = "She went to the market by the river and bought bread and salt. ".repeat(12);
/** Counts on for ever: an answer that does not end by itself. */
const COUNT = "1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13,";

describe.skipIf(noWeights)("a prompt that is partly in memory", () => {
  let opened: OpenLlama;
  let runner: ModelRunner;

  beforeAll(async () => {
    opened = await openLlama(CORES);
    runner = await load();
  });
  afterAll(async () => {
    await runner.dispose();
    await opened.llama.dispose();
  });

  const load = async (sequences = 2) =>
    ModelRunner.load(opened, {
      weightsPath: WEIGHTS,
      contextLength: CONTEXT,
      sequences,
      embeddingOnly: false,
    });

  async function complete(prompt: string, raw: Record<string, unknown> = {}, on = runner) {
    const tokens = on.tokenize(prompt);
    const options = resolveOptions({ num_predict: 8, ...raw }, {}, CONTEXT);
    const { signal } = new AbortController();
    const request = { tokens, options, shift: true, logprobs: undefined, signal };
    const pieces = on.complete({ ...request, grammar: undefined });
    let text = "";
    let next = await pieces.next();
    for (; !next.done; next = await pieces.next()) text += next.value.text;
    const { reused, evalCount } = next.value;
    return { text, tokens, reused, evalCount };
  }

  it("is not read again, in the slot that holds it", async () => {
    const first = await complete(STORY);
    expect(first.reused).toBe(0);
    const other = await complete(OTHER);
    expect(other.reused).toBeLessThan(BLOCK);
    const again = await complete(`${STORY}${first.text} And then?`);
    expect(again.reused).toBeGreaterThanOrEqual(first.tokens.length - 1);
    const otherAgain = await complete(`${OTHER}${other.text} And then?`);
    expect(otherAgain.reused).toBeGreaterThanOrEqual(other.tokens.length - 1);
  });

  it("gives the same answer to the same seed as a prompt read from nothing", async () => {
    const seeded = { seed: 11, num_predict: 16 };
    const prompt = `${STORY}In the end`;
    const fresh = await load(1);
    try {
      const expected = await complete(prompt, seeded, fresh);
      expect(expected.reused).toBe(0);
      await complete(STORY, { seed: 1 }, fresh);
      const reused = await complete(prompt, seeded, fresh);
      expect(reused.reused).toBeGreaterThanOrEqual(BLOCK);
      expect(reused.reused % BLOCK).toBe(0);
      expect(reused.text).toBe(expected.text);
    } finally {
      await fresh.dispose();
    }
  });

  it("is read from nothing after the window has slid", async () => {
    const fresh = await load(1);
    try {
      const counting = { temperature: 0, repeat_penalty: 1, num_ctx: 64, num_keep: 4 };
      const first = await complete(COUNT, { ...counting, num_predict: 40 }, fresh);
      expect(first.evalCount).toBe(40);
      const again = await complete(COUNT, {}, fresh);
      expect(again.reused).toBeLessThanOrEqual(4);
    } finally {
      await fresh.dispose();
    }
  });
});
