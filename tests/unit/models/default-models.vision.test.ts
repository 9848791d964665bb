import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { ModelCatalog } from "../../../src/models/catalog.ts";
import { DefaultModels } from "../../../src/models/default-models.ts";

/** Whether a model can see; undefined: the server does not say. */
type Sight = Record<string, boolean | undefined>;

interface Given {
  /** The installed models. */
  sight: Sight;
  preferredVision?: string[];
  allowed?: string[];
  show?: (model: string) => Promise<Record<string, unknown>>;
}

function setUp({ sight, preferredVision = ["eyes:8b"], allowed = ["*"], show }: Given) {
  const asked: string[] = [];
  const catalog = new ModelCatalog({
    list: () =>
      Promise.resolve(
        Object.keys(sight).map((name) => ({ name, size: 1, modified_at: null, digest: name })),
      ),
    show: (name) => {
      asked.push(name);
      if (show) return show(name);
      if (sight[name] === undefined) return Promise.resolve({});
      const capabilities = sight[name] ? ["completion", "vision"] : ["completion"];
      return Promise.resolve({ capabilities });
    },
    allowed,
    cloud: false,
  });
  const defaults = new DefaultModels({
    catalog,
    preferred: ["big"],
    preferredVision,
    embedding: "all-minilm",
  });
  return { catalog, defaults, asked };
}

const away = new ServiceError("upstream_unavailable", "away");

describe("the default vision model", () => {
  it.each<[string, Given, string]>([
    [
      "the first preferred one installed",
      { sight: { "a:1b": true, "b:latest": true, "c:1b": true }, preferredVision: ["x", "b", "a"] },
      "b",
    ],
    ["the only one that can see", { sight: { "a:1b": false, "b:1b": true } }, "b:1b"],
    [
      "the only one that can see and is allowed",
      { sight: { "a:1b": true, "b:1b": true }, allowed: ["b"] },
      "b:1b",
    ],
    [
      "never a preferred one that is not allowed",
      { sight: { "eyes:8b": true, "b:1b": true }, allowed: ["b"] },
      "b:1b",
    ],
    [
      "the only one known to see, whatever else there is",
      { sight: { "a:1b": undefined, "b:1b": true } },
      "b:1b",
    ],
  ])("is %s", async (_case, given, expected) => {
    expect(await setUp(given).defaults.vision()).toBe(expected);
  });

  it("is the preferred one without asking what it can do", async () => {
    const { defaults, asked } = setUp({ sight: { "eyes:8b": undefined, "a:1b": true } });
    expect(await defaults.vision()).toBe("eyes:8b");
    expect(asked).toEqual([]);
  });

  it.each<[string, Given, string]>([
    [
      "several can see",
      { sight: { "a:1b": true, "b:1b": false, "c:1b": true } },
      "No default vision model is installed (eyes:8b); name one of: a:1b, c:1b",
    ],
    [
      "the server does not say which can",
      { sight: { "a:1b": undefined, "b:1b": false } },
      "No default vision model is installed (eyes:8b); name one of: a:1b",
    ],
    [
      "none can see",
      { sight: { "a:1b": false } },
      "None of the installed models can see images; `shared-ollama models pull eyes:8b` fetches one",
    ],
    [
      "nothing is installed",
      { sight: {} },
      "None of the installed models can see images; `shared-ollama models pull eyes:8b` fetches one",
    ],
    [
      "none can see and the preferred one is not allowed",
      { sight: { "a:1b": false }, allowed: ["a"] },
      "None of the installed and allowed models can see images",
    ],
    [
      "the only one that can see is not allowed",
      { sight: { "a:1b": false, "b:1b": true }, allowed: ["a", "eyes"] },
      "None of the installed and allowed models can see images; `shared-ollama models pull eyes:8b` fetches one",
    ],
  ])("is refused when %s", async (_case, given, message) => {
    await expect(setUp(given).defaults.vision()).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
      message,
    });
  });

  it("is not guessed while the server is away", async () => {
    const { defaults } = setUp({ sight: { "a:1b": true }, show: () => Promise.reject(away) });
    await expect(defaults.vision()).rejects.toBe(away);
  });
});

describe("assertCanSee", () => {
  it("lets a model pass that can see, by any of its names", async () => {
    const { defaults, asked } = setUp({ sight: { "eyes:latest": true, "a:1b": false } });
    for (const name of ["eyes", "eyes:latest", "library/Eyes"]) await defaults.assertCanSee(name);
    expect(asked).toEqual(["eyes:latest"]);
  });

  it("lets a model pass of which the server does not say what it can do", async () => {
    await setUp({ sight: { "a:1b": undefined } }).defaults.assertCanSee("a:1b");
    const failed = new ServiceError("upstream_timeout", "late");
    const show = (): Promise<never> => Promise.reject(failed);
    await setUp({ sight: { "a:1b": false }, show }).defaults.assertCanSee("a:1b");
  });

  it("refuses a model that is not installed in the server's words", async () => {
    const { defaults, asked } = setUp({ sight: { "eyes:8b": true } });
    await expect(defaults.assertCanSee("Nope")).rejects.toMatchObject({
      code: "model_not_found",
      param: "model",
      message: "model 'Nope' not found",
    });
    expect(asked).toEqual([]);
  });

  it.each<[string, Given, string]>([
    ["the one that can", { sight: { "a:1b": false, "b:1b": true } }, "; 'b:1b' can"],
    [
      "the preferred one first, three at most",
      { sight: { "a:1b": false, "b:1b": true, "c:1b": true, "d:1b": true, "EYES:8b": true } },
      "; 'EYES:8b', 'b:1b', 'c:1b' can",
    ],
    [
      "only what is allowed",
      { sight: { "a:1b": false, "b:1b": true, "c:1b": true }, allowed: ["a", "c"] },
      "; 'c:1b' can",
    ],
    [
      "none of which the server does not say what they can do",
      { sight: { "a:1b": false, "b:1b": undefined } },
      ", and no installed model can; `shared-ollama models pull eyes:8b` fetches one",
    ],
    [
      "how to get one where none can",
      { sight: { "a:1b": false } },
      ", and no installed model can; `shared-ollama models pull eyes:8b` fetches one",
    ],
    [
      "nothing to fetch that clients may not use",
      { sight: { "a:1b": false, "b:1b": true }, allowed: ["a"] },
      ", and no installed and allowed model can",
    ],
    [
      "nothing to fetch that is there and cannot see either",
      { sight: { "a:1b": false }, preferredVision: ["a:1b"] },
      ", and no installed model can",
    ],
  ])("refuses a model that cannot see, naming %s", async (_case, given, ending) => {
    await expect(setUp(given).defaults.assertCanSee("a:1b")).rejects.toMatchObject({
      code: "invalid_request",
      param: "model",
      message: `The model 'a:1b' cannot see images${ending}`,
    });
  });

  it("names the model as the client did", async () => {
    const { defaults } = setUp({ sight: { "a:latest": false, "b:1b": true } });
    await expect(defaults.assertCanSee("library/A")).rejects.toThrow(
      "The model 'library/A' cannot see images; 'b:1b' can",
    );
  });

  it("passes on that the server is away", async () => {
    const { defaults } = setUp({ sight: { "a:1b": true }, show: () => Promise.reject(away) });
    await expect(defaults.assertCanSee("a:1b")).rejects.toBe(away);
  });

  it("asks again after what is installed, or the server, has changed", async () => {
    const { catalog, defaults, asked } = setUp({ sight: { "a:1b": true } });
    await defaults.assertCanSee("a:1b");
    await defaults.assertCanSee("a:1b");
    catalog.invalidate();
    await defaults.assertCanSee("a:1b");
    expect(asked).toEqual(["a:1b", "a:1b"]);
  });
});
