import { describe, expect, it } from "vitest";
import { enginePlan, ollamaPlan, type PlanSettings } from "../../../src/hosts/plans.ts";

const settings: PlanSettings = {
  env: { PATH: "/bin", OLLAMA_HOST: "0.0.0.0:11434", OLLAMA_FLASH_ATTENTION: "1" },
  keepAlive: "5m",
  numParallel: undefined,
  maxLoadedModels: undefined,
  profile: { numParallel: 2, maxLoadedModels: 3, promptCacheMib: 512, flashAttention: true },
  cloud: false,
  modelsFolder: undefined,
};

const PROGRAM = { program: "/bin/ollama", port: 4000, version: "0.13.5" };

const engine = {
  runtime: "/usr/bin/node",
  entry: "/app/engine.js",
  port: 5000,
  defaultModelsFolder: "/home/models",
  shippedModelsFolder: "/app/models",
};

describe("ollamaPlan", () => {
  it("hands on the whole environment, with the address, keep-alive and the profile's figures", () => {
    expect(ollamaPlan(PROGRAM, settings)).toEqual({
      kind: "ollama",
      command: "/bin/ollama",
      args: ["serve"],
      origin: "http://127.0.0.1:4000",
      env: {
        PATH: "/bin",
        OLLAMA_FLASH_ATTENTION: "1",
        OLLAMA_HOST: "127.0.0.1:4000",
        OLLAMA_KEEP_ALIVE: "5m",
        OLLAMA_NUM_PARALLEL: "2",
        OLLAMA_MAX_LOADED_MODELS: "3",
        OLLAMA_NO_CLOUD: "1",
      },
      parallel: 2,
      capacity: 3,
    });
  });

  it("tells the server what the user has set", () => {
    const set = { ...settings, numParallel: 4, maxLoadedModels: 2, modelsFolder: "/models" };
    const plan = ollamaPlan(PROGRAM, set);
    expect(plan).toMatchObject({ parallel: 4, capacity: 2 });
    expect(plan.env).toMatchObject({
      OLLAMA_NUM_PARALLEL: "4",
      OLLAMA_MAX_LOADED_MODELS: "2",
      OLLAMA_MODELS: "/models",
    });
  });
});

describe("what ollamaPlan sets unless the user has", () => {
  const variablesOf = (version: string | undefined, more: Partial<PlanSettings> = {}) =>
    ollamaPlan({ ...PROGRAM, version }, { ...settings, ...more }).env;

  it.each([
    ["0.13.5", undefined],
    ["0.29.9", undefined],
    ["0.30.0", "512"],
    ["0.31.0-rc1", "512"],
    ["1.0.0", "512"],
    [undefined, undefined],
  ])("of version %s the memory for prompts is %s MiB", (version, mib) => {
    expect(variablesOf(version)["LLAMA_ARG_CACHE_RAM"]).toBe(mib);
  });

  it.each([
    ["0.13.5", true, "1"],
    ["0.29.9", true, "1"],
    ["0.30.0", true, undefined],
    [undefined, true, undefined],
    ["0.13.5", false, undefined],
  ])("of version %s, where the profile says %s, flash attention is %s", (version, says, set) => {
    const profile = { ...settings.profile, flashAttention: says };
    expect(variablesOf(version, { env: {}, profile })["OLLAMA_FLASH_ATTENTION"]).toBe(set);
  });

  it("the user's word on flash attention holds", () => {
    const env = { OLLAMA_FLASH_ATTENTION: "false" };
    expect(variablesOf("0.13.5", { env })).toMatchObject(env);
  });

  it("the user's own figures hold", () => {
    const env = { LLAMA_ARG_CACHE_RAM: "-1", OLLAMA_NO_CLOUD: "false" };
    expect(variablesOf("0.30.0", { env })).toMatchObject(env);
  });

  it("no cloud, unless clients may use its models", () => {
    expect(variablesOf("0.30.0", { env: { OLLAMA_NO_CLOUD: "" } })).toMatchObject({
      OLLAMA_NO_CLOUD: "1",
    });
    expect(variablesOf("0.30.0", { cloud: true })).not.toHaveProperty("OLLAMA_NO_CLOUD");
  });
});

describe.each([
  ["the user", { ...settings, maxLoadedModels: 0 }],
  ["the profile", { ...settings, profile: { ...settings.profile, maxLoadedModels: 0 } }],
])("where %s leaves the number of models to the server", (_who, left) => {
  it("Ollama decides, and nothing is known of it", () => {
    const plan = ollamaPlan(PROGRAM, left);
    expect(plan.capacity).toBeUndefined();
    expect(plan.env).toMatchObject({ OLLAMA_MAX_LOADED_MODELS: "0" });
  });

  it("the engine holds three", () => {
    const plan = enginePlan(engine, left);
    expect(plan.capacity).toBe(3);
    expect(plan.env).toMatchObject({ OLLAMA_MAX_LOADED_MODELS: "3" });
  });
});

describe("enginePlan", () => {
  it("starts the engine on its port, with the project's models, tied to this process", () => {
    const plan = enginePlan(engine, settings);
    expect(plan).toMatchObject({
      kind: "engine",
      command: "/usr/bin/node",
      args: ["/app/engine.js"],
      origin: "http://127.0.0.1:5000",
      parallel: 4,
      capacity: 3,
    });
    expect(plan.env).toEqual({
      MALLOC_ARENA_MAX: "1",
      GGML_NO_BACKTRACE: "1",
      PATH: "/bin",
      OLLAMA_FLASH_ATTENTION: "1",
      OLLAMA_HOST: "127.0.0.1:5000",
      OLLAMA_KEEP_ALIVE: "5m",
      OLLAMA_NUM_PARALLEL: "4",
      OLLAMA_MAX_LOADED_MODELS: "3",
      OLLAMA_MODELS: "/home/models",
      ENGINE_EMBEDDING_MODEL_FILE: "/app/models/all-minilm-l6-v2-q8_0.gguf",
      ENGINE_EXIT_ON_STDIN_END: "1",
    });
  });

  it("lets it open llama.cpp early when told to", () => {
    const plan = enginePlan({ ...engine, warm: true }, settings);
    expect(plan.env).toMatchObject({ ENGINE_WARM: "1" });
  });

  it("lets the user's figures and model store win", () => {
    const set = { ...settings, numParallel: 1, maxLoadedModels: 1, modelsFolder: "/mine" };
    const plan = enginePlan(engine, set);
    expect(plan).toMatchObject({ parallel: 1, capacity: 1 });
    expect(plan.env).toMatchObject({ OLLAMA_NUM_PARALLEL: "1", OLLAMA_MODELS: "/mine" });
  });
});
