import { expect, it } from "vitest";
import { type Outcome, Trials } from "../../../../src/engine/trial/trial.ts";

const model = { weightsPath: "/weights", weightsDigest: "sha256:1", embeddingOnly: false };

function trials(...outcomes: Outcome[]) {
  const tried: unknown[] = [];
  const tryModel = async (request: unknown) => {
    tried.push(request);
    return outcomes[tried.length - 1] ?? ({ kind: "passed" } as const);
  };
  return { tried, trials: new Trials({ known: ["sha256:0"], environment: {}, tryModel }) };
}

it("tries weights once that have passed, and known ones never", async () => {
  const { trials: all, tried } = trials();
  await all.pass({ ...model, weightsDigest: "sha256:0" });
  expect(tried).toEqual([]);
  await all.pass(model);
  await all.pass(model);
  expect(tried).toEqual([{ weightsPath: "/weights", embeddingOnly: false }]);
});

it("refuses weights that bring llama.cpp down, and tries them again the next time", async () => {
  const { trials: all, tried } = trials({ kind: "crashed", reason: "GGML_ASSERT(x) failed" });
  await expect(all.pass(model)).rejects.toMatchObject({
    status: 500,
    message: "unable to load model: llama.cpp gave up on it: GGML_ASSERT(x) failed",
  });
  await all.pass(model);
  expect(tried).toHaveLength(2);
});

it("leaves what was only refused to the load that follows, and forgets it", async () => {
  const { trials: all, tried } = trials({ kind: "refused" });
  await all.pass(model);
  await all.pass(model);
  expect(tried).toHaveLength(2);
});
