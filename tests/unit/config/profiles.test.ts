import { describe, expect, it } from "vitest";
import { chooseProfile, readModelsFile, type ModelsFile } from "../../../config/profiles.ts";
import { modelsYaml } from "../../support/config.ts";

const read = (yaml: string): { models: ModelsFile | undefined; problems: string[] } => {
  const problems: string[] = [];
  return { models: readModelsFile(yaml, problems), problems };
};
const file = (yaml = modelsYaml): ModelsFile => {
  const { models, problems } = read(yaml);
  if (!models) throw new Error(problems.join());
  return models;
};
const models = file();
const gib = (count: number): number => count * 2 ** 30;

describe("chooseProfile", () => {
  it.each([
    [8, "small"],
    [32, "small"],
    [33, "large"],
    [128, "large"],
  ])("chooses for %i GiB the profile %s", (ram, name) => {
    const chosen = chooseProfile({ models, ramBytes: gib(ram) });
    expect(chosen).toMatchObject({ selectionMethod: "auto", effectiveRamGb: ram });
    expect(chosen.profile.name).toBe(name);
  });

  it("rounds to whole GiB, since machines report a little less than they have", () => {
    expect(chooseProfile({ models, ramBytes: gib(31.7) }).detectedRamGb).toBe(32);
  });

  it("assumes 32 GiB when the memory is unknown", () => {
    const chosen = chooseProfile({ models, ramBytes: undefined });
    expect(chosen).toMatchObject({ detectedRamGb: null, effectiveRamGb: 32 });
    expect(chosen.profile.name).toBe("small");
  });

  it("takes a forced profile whatever its case, and a forced memory figure", () => {
    const forced = chooseProfile({ models, ramBytes: gib(8), forceProfile: "LARGE" });
    expect(forced.selectionMethod).toBe("forced_profile");
    expect(forced.profile.name).toBe("large");
    const ram = chooseProfile({ models, ramBytes: gib(8), forceRamGb: 64 });
    expect(ram).toMatchObject({
      selectionMethod: "forced_ram",
      detectedRamGb: 8,
      effectiveRamGb: 64,
    });
    expect(ram.profile.name).toBe("large");
  });

  it("takes the last profile when no bounds hold", () => {
    const gap = modelsYaml.replace("max_ram_gb: 32", "max_ram_gb: 16");
    expect(chooseProfile({ models: file(gap), ramBytes: gib(20) }).profile.name).toBe("large");
  });

  it("fills in the buffers from the defaults unless the profile has its own", () => {
    expect(chooseProfile({ models, ramBytes: gib(8) })).toMatchObject({
      inferenceBufferGb: 4,
      serviceOverheadGb: 2,
    });
    const own = modelsYaml.replace(
      "largest_model_gb: 8",
      "largest_model_gb: 8\n    inference_buffer_gb: 0",
    );
    expect(chooseProfile({ models: file(own), ramBytes: gib(8) }).inferenceBufferGb).toBe(0);
  });

  it("takes the settings' word before the profile's", () => {
    const instead = {
      requiredModels: ["a"],
      warmupModels: [],
      modelMemoryHints: { a: 3, "qwen3:14b-q4_K_M": 9 },
      largestModelGb: 9,
      inferenceBufferGb: 1,
      serviceOverheadGb: 0,
    };
    const chosen = chooseProfile({ models, ramBytes: gib(8), instead });
    expect(chosen).toMatchObject({
      profile: {
        name: "small",
        required_models: ["a"],
        warmup_models: [],
        memory_hints: { a: 3, "qwen3:14b-q4_K_M": 9, "qwen3-vl:8b-instruct-q4_K_M": 6 },
        largest_model_gb: 9,
      },
      inferenceBufferGb: 1,
      serviceOverheadGb: 0,
    });
    const none = chooseProfile({
      models,
      ramBytes: gib(8),
      instead: { requiredModels: undefined },
    });
    expect(none).toEqual(chooseProfile({ models, ramBytes: gib(8) }));
  });

  it("takes what a server is started with from the profile, else from the defaults", () => {
    expect(chooseProfile({ models, ramBytes: gib(8) })).toMatchObject({
      numParallel: 1,
      maxLoadedModels: 3,
      promptCacheMib: 512,
      flashAttention: true,
    });
    expect(chooseProfile({ models, ramBytes: gib(64) }).promptCacheMib).toBe(2048);
    const own = modelsYaml.replace(
      "largest_model_gb: 8",
      "largest_model_gb: 8\n    num_parallel: 2\n    max_loaded_models: 0\n    flash_attention: false",
    );
    expect(chooseProfile({ models: file(own), ramBytes: gib(8) })).toMatchObject({
      numParallel: 2,
      maxLoadedModels: 0,
      flashAttention: false,
    });
  });
});

describe("readModelsFile", () => {
  it.each([
    ["an unknown key", "text_model:", "txt_model:", /profiles\.0: .*txt_model/],
    ["a wrong model name", "text_model: qwen3:30b", 'text_model: ""', /profiles\.1\.text_model: /],
    [
      "bounds the wrong way round",
      "max_ram_gb: 32",
      "max_ram_gb: 32\n    min_ram_gb: 64",
      /max_ram/,
    ],
    ["a name twice", "name: large", "name: Small", /profiles: expected profiles of different/],
    ["a limit of nothing", "prompt_limits: {}", "prompt_limits: { a: 0 }", /prompt_limits\.a: /],
    ["no models at once", "num_parallel: 1", "num_parallel: 0", /defaults\.num_parallel: /],
    ["what is no YAML", "profiles:", "profiles: [", /^config\/models\.yaml: .* at line \d+/],
    ["a key twice", "description: M", "name: twice\n    description: M", /unique/],
  ])("tells of %s, each mistake in one line", (_what, from, to, says) => {
    const changed = modelsYaml.replace(from, to);
    expect(changed).not.toBe(modelsYaml);
    const { models, problems } = read(changed);
    expect(models).toBeUndefined();
    expect(problems.filter((line) => says.test(line))).toHaveLength(1);
    expect(problems.filter((line) => /^config\/models\.yaml: .+$/.test(line))).toEqual(problems);
  });

  it("tells all mistakes of a file", () => {
    const { problems } = read(
      modelsYaml.replace("max_ram_gb: 32", "max_ram_gb: lots").replace("_gb: 33", "_gb: 0"),
    );
    expect(problems).toHaveLength(2);
  });

  it.each(["", "profiles", "[]"])("refuses a file that holds %j", (yaml) => {
    expect(read(yaml).problems.join()).toContain("config/models.yaml: the file: ");
  });
});

describe("context_lanes", () => {
  const withLanes = (lanes: string): string =>
    modelsYaml.replace("context_lanes: {}", `context_lanes: ${lanes}`);

  it("are names or patterns with sizes, and may be left out", () => {
    const lanes = { "qwen3:14b": [8192, 32_768], "llama3*": [4096] };
    const chosen = chooseProfile({ models: file(withLanes(JSON.stringify(lanes))), ramBytes: 0 });
    expect(chosen.contextLanes).toEqual(lanes);
    expect(file(modelsYaml.replace("context_lanes: {}", "")).context_lanes).toEqual({});
  });

  it.each([
    ["{ m: [] }", "context_lanes.m"],
    ["{ m: [3] }", "context_lanes.m.0"],
    ["{ m: [8192.5] }", "context_lanes.m.0"],
    ["{ m: 8192 }", "context_lanes.m"],
    ["{ 'a b': [8192] }", "context_lanes.a b"],
  ])("of %s are refused, with the place", (lanes, place) => {
    expect(read(withLanes(lanes)).problems.join()).toContain(`config/models.yaml: ${place}`);
  });
});
