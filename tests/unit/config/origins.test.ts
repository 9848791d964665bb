import { describe, expect, it } from "vitest";
import { examineConfig, loadConfig } from "../../../config/load.ts";
import { settingOrigins } from "../../../config/origins.ts";
import { chooseProfile } from "../../../config/profiles.ts";
import { SETTINGS } from "../../../config/schema.ts";
import { maskedValue } from "../../../config/secrets.ts";
import { settingWarnings } from "../../../config/warnings.ts";
import { loadSettings, modelsYaml } from "../../support/config.ts";

const { models } = loadConfig({ env: {}, modelsYaml });
const profile = chooseProfile({ models, ramBytes: 32 * 2 ** 30 });

const originsOf = (env: Record<string, string>) =>
  new Map(settingOrigins(env, profile).map((each) => [each.name, each]));

describe("settingOrigins", () => {
  it("says of every setting who has set it", () => {
    const origins = originsOf({ api_port: ' "8001" ', OLLAMA_NUM_PARALLEL: "4" });
    expect([...origins.keys()]).toEqual(Object.values(SETTINGS).map(({ env }) => env));
    expect(origins.get("API_PORT")).toMatchObject({ value: "8001", origin: "environment" });
    expect(origins.get("API_HOST")).toMatchObject({ value: "127.0.0.1", origin: "default" });
    expect(origins.get("OLLAMA_MODELS")).toMatchObject({ value: null, origin: "default" });
    expect(origins.get("OLLAMA_NUM_PARALLEL")).toMatchObject({ value: "4", origin: "environment" });
    expect(origins.get("OLLAMA_DEFAULT_TEXT_MODEL")).toMatchObject({
      value: profile.profile.text_model,
      origin: "profile",
    });
  });

  it("says that the embedded engine goes by a figure of its own", () => {
    const parallel = (env: Record<string, string>) => originsOf(env).get("OLLAMA_NUM_PARALLEL");
    const { numParallel } = profile;
    const engine = { value: "4", origin: "default" };
    expect(parallel({ INFERENCE_SERVER: "engine" })).toMatchObject(engine);
    const either = { value: `${numParallel}`, origin: "profile" };
    expect(parallel({})).toMatchObject({ ...either, note: "4 with the embedded engine" });
    expect(parallel({ INFERENCE_SERVER: "ollama" })).toEqual(expect.objectContaining(either));
    expect(parallel({ INFERENCE_SERVER: "ollama" })).not.toHaveProperty("note");
  });

  it("writes what the profile says so that it could be set", () => {
    const said = settingOrigins({}, profile).filter(({ origin }) => origin === "profile");
    const env = Object.fromEntries(said.map(({ name, value }) => [name, value ?? ""]));
    expect(said.length).toBeGreaterThan(8);
    const settings = loadSettings(env);
    expect(settings.modelMemoryHints).toEqual(profile.profile.memory_hints);
    expect(settings.requiredModels).toEqual(profile.profile.required_models);
  });

  it("has others' variables behind them that are set, and no secret in clear", () => {
    const origins = originsOf({
      OLLAMA_FLASH_ATTENTION: "1",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer s3cret",
      OLLAMA_BASE_URL: "http://me:s3cret@host",
    });
    expect(origins.get("OLLAMA_FLASH_ATTENTION")?.value).toBe("1");
    expect(origins.has("OLLAMA_VULKAN")).toBe(false);
    expect(JSON.stringify([...origins.values()])).not.toContain("s3cret");
    expect(origins.get("OLLAMA_BASE_URL")?.value).toBe("http://********@host");
  });
});

describe("maskedValue", () => {
  it.each([
    ["OPENAI_API_KEY", "k", "********"],
    ["some_password", "p", "********"],
    ["TENANT_HEADERS", "X-User", "X-User"],
    ["HTTPS_PROXY", "http://a:b@c:1", "http://********@c:1"],
    ["OLLAMA_ORIGINS", "https://a.example", "https://a.example"],
  ])("of %s", (name, value, shown) => {
    expect(maskedValue(name, value)).toBe(shown);
  });
});

describe("examineConfig", () => {
  it("goes on past mistakes, with the defaults", () => {
    const { problems, settings, models } = examineConfig({
      env: { API_PORT: "no", API_LOG_LEVEL: "debug" },
      modelsYaml: "profiles: 3",
    });
    const parts = problems.map((problem) => problem.split(/[=:]/)[0]);
    expect(new Set(parts)).toEqual(new Set(["API_PORT", "config/models.yaml"]));
    expect(settings).toMatchObject({ apiPort: 8000, logLevel: "debug", ollamaPort: 11_434 });
    expect(models).toBeUndefined();
  });

  it("knows no mistake that a start does not know", () => {
    const sources = { env: { API_HOST: "0.0.0.0" }, modelsYaml };
    expect(examineConfig(sources).problems).toHaveLength(1);
    expect(() => loadConfig(sources)).toThrow(examineConfig(sources).problems[0]);
  });
});

describe("settingWarnings", () => {
  it("are about names and about who is let in", () => {
    const env = { API_PROT: "1", API_RELOAD: "true" };
    const settings = { apiHost: "0.0.0.0", allowUnauthenticated: true };
    expect(settingWarnings(env, settings).map(({ todo }) => todo)).toEqual([
      "Set API_PORT if that is meant.",
      "Unset API_RELOAD.",
      expect.stringContaining("reverse proxy"),
    ]);
    expect(settingWarnings({}, { apiHost: "127.0.0.1", allowUnauthenticated: true })).toEqual([]);
  });
});
