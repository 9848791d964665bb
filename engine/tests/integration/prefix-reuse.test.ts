import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type OpenLlama, openLlama } from "../../runner/llama.ts";
import { ModelRunner } from "../../runner/model-runner.ts";
import { resolveOptions } from "../../values/options.ts";
import { scriptedModel } from "../../../tests/support/scripted-model.ts";
import { WEIGHTS, noWeights } from "./temp-models.ts";

const CONTEXT = 512;
const BLOCK = 64;
const CORES = { usual: 1, most: 2 };
/** More than a block of tokens in every vocabulary, and no more than two. */
const STORY = "The keeper of the lighthouse wrote down every ship that passed. ".repeat(6);
/** Another conversation of the same kind. */
const OTHER = "She went to the market by the river and bought bread and salt. ".repeat(6);
/** The scripted model counts on for ever: an answer that does not end by itself. */
const COUNT = "9, 10, 11, 12,";

describe("a prompt that is partly in memory", () => {
  let opened: OpenLlama;
  let folder: string;
  let scripted: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "engine-prefix-"));
    scripted = join(folder, "scripted.gguf");
    await writeFile(scripted, scriptedModel());
    opened = await openLlama(CORES);
  });
  afterAll(async () => {
    await opened.llama.dispose();
    await rm(folder, { recursive: true, force: true });
  });

  /** A model in memory until the test's end. */
  async function load(weightsPath: string, sequences: number) {
    const request = { weightsPath, contextLength: CONTEXT, sequences, embeddingOnly: false };
    const runner = await ModelRunner.load(opened, request);
    onTestFinished(() => runner.dispose());
    return runner;
  }

  async function complete(on: ModelRunner, prompt: string, raw: Record<string, unknown> = {}) {
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
    const runner = await load(scripted, 2);
    const first = await complete(runner, STORY);
    expect(first.reused).toBe(0);
    const other = await complete(runner, OTHER);
    expect(other.reused).toBeLessThan(BLOCK);
    const again = await complete(runner, `${STORY}${first.text} And then?`);
    expect(again.reused).toBeGreaterThanOrEqual(first.tokens.length - 1);
    const otherAgain = await complete(runner, `${OTHER}${other.text} And then?`);
    expect(otherAgain.reused).toBeGreaterThanOrEqual(other.tokens.length - 1);
  });

  // What was read before counts in what follows: no model but a real one shows that.
  it.skipIf(noWeights)(
    "gives the same answer to the same seed as a prompt read from nothing",
    async () => {
      const runner = await load(WEIGHTS, 1);
      const seeded = { seed: 11, num_predict: 16 };
      const prompt = `${STORY}In the end`;
      const expected = await complete(runner, prompt, seeded);
      expect(expected.reused).toBe(0);
      await complete(runner, STORY, { seed: 1 });
      const reused = await complete(runner, prompt, seeded);
      expect(reused.reused).toBeGreaterThanOrEqual(BLOCK);
      expect(reused.reused % BLOCK).toBe(0);
      expect(reused.text).toBe(expected.text);
    },
  );

  it("is read from nothing after the window has slid", async () => {
    const runner = await load(scripted, 1);
    const counting = { temperature: 0, repeat_penalty: 1, num_ctx: 64, num_keep: 4 };
    const first = await complete(runner, COUNT, { ...counting, num_predict: 80 });
    expect(first.evalCount).toBe(80);
    const again = await complete(runner, COUNT);
    expect(again.reused).toBeLessThanOrEqual(4);
  });
});
