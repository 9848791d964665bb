import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { model, setUp } from "./catalog-set-up.ts";

describe("the default model", () => {
  const bert = model("all-minilm:latest", "bert");

  it.each([
    ["the first preferred one installed", ["a:latest", "b:latest"], ["x", "b", "a"], ["*"], "b"],
    ["the preferred one's own spelling", ["b:latest"], ["library/B"], ["*"], "library/B"],
    ["the only one installed", ["c:1b"], ["x"], ["*"], "c:1b"],
    ["the only one allowed", ["c:1b", "d:1b"], ["x"], ["d"], "d:1b"],
  ])("is %s", async (_case, names, preferred, allowed, expected) => {
    const installed = names.map((name) => model(name));
    expect(await setUp({ installed, preferred, allowed }).defaults.text()).toBe(expected);
  });

  it("is no question as long as the first one is being fetched", async () => {
    const coming = new ServiceError("upstream_unavailable", "it is being fetched");
    const assertFirst = (): void => {
      throw coming;
    };
    await expect(setUp({ installed: [bert], assertFirst }).defaults.text()).rejects.toBe(coming);
    const installed = [bert, model("big:latest")];
    expect(await setUp({ installed, assertFirst }).defaults.text()).toBe("big");
  });

  it("is never a preferred one that is not allowed", async () => {
    const installed = [model("big:latest"), model("c:1b")];
    expect(await setUp({ installed, allowed: ["c"] }).defaults.text()).toBe("c:1b");
  });

  it.each([
    ["the profile's", ["all-minilm:latest", "c:1b"], ["*"], "all-minilm"],
    ["the default when that is missing", ["c:1b"], ["*"], "c:1b"],
    ["the default when that is not allowed", ["all-minilm:latest", "c:1b"], ["c"], "c:1b"],
  ])("for embeddings is %s", async (_case, names, allowed, expected) => {
    const installed = names.map((name) => model(name));
    const { defaults } = setUp({ installed, allowed });
    expect(await defaults.embedding()).toBe(expected);
  });

  it("is the only one that generates text; models that only embed do not count", async () => {
    const installed = [bert, model("c:1b")];
    expect(await setUp({ installed }).defaults.text()).toBe("c:1b");
  });

  it.each([
    ["several", [model("c:1b"), model("d:1b")], "c:1b, d:1b"],
    ["only an embedding model", [bert], "all-minilm:latest"],
    ["nothing", [], "none"],
  ])(
    "is refused with a list of what is there when %s is installed",
    async (_c, installed, list) => {
      await expect(setUp({ installed }).defaults.text()).rejects.toMatchObject({
        code: "model_not_found",
        param: "model",
        message: `No default model is installed (big); name one of: ${list}`,
      });
    },
  );
});
