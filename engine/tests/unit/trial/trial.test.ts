import { expect, it } from "vitest";
import { type Outcome, Trials } from "../../../trial/trial.ts";

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

const crash = (isLasting: boolean) =>
  ({ kind: "crashed", reason: "GGML_ASSERT(x) failed", isLasting }) as const;
const refusal = {
  status: 500,
  message: "unable to load model: llama.cpp gave up on it: GGML_ASSERT(x) failed",
};

it("refuses weights that bring llama.cpp down, and says so again without another trial", async () => {
  const { trials: all, tried } = trials(crash(true));
  await expect(all.pass(model)).rejects.toMatchObject(refusal);
  await expect(all.pass(model)).rejects.toMatchObject(refusal);
  expect(tried).toHaveLength(1);
  await all.pass({ ...model, weightsDigest: "sha256:2" });
  expect(tried).toHaveLength(2);
});

it("tries weights again whose crash may not have been their own", async () => {
  const { trials: all, tried } = trials(crash(false));
  await expect(all.pass(model)).rejects.toMatchObject(refusal);
  await all.pass(model);
  expect(tried).toHaveLength(2);
});

it("remembers the crashes of the last thousand weights alone", async () => {
  const count = 1_001;
  const { trials: all, tried } = trials(...Array.from({ length: count }, () => crash(true)));
  const pass = (at: number) => all.pass({ ...model, weightsDigest: `sha256:crashed-${at}` });
  for (let at = 0; at < count; at += 1) await expect(pass(at)).rejects.toMatchObject(refusal);
  await expect(pass(1)).rejects.toMatchObject(refusal);
  expect(tried).toHaveLength(count);
  await pass(0);
  expect(tried).toHaveLength(count + 1);
});

it("leaves what was only refused to the load that follows, and forgets it", async () => {
  const { trials: all, tried } = trials({ kind: "refused" });
  await all.pass(model);
  await all.pass(model);
  expect(tried).toHaveLength(2);
});
