import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../config/config-error.ts";
import { flagOf, isLoopback, loadConfig } from "../../../config/load.ts";
import { loadSettings, modelsYaml } from "../../support/config.ts";

function mistakesOf(env: Record<string, string>, argv: string[] = []): string[] {
  try {
    loadSettings(env, argv);
  } catch (err) {
    if (err instanceof ConfigError) return err.message.split("\n").slice(1);
    throw err;
  }
  return [];
}

const HEADERS = "comma list of headers, but for those with keys and cookies";
const ORIGINS = "comma list of origins such as https://app.example, * as wildcard";
const HINTS = "comma list such as qwen3:14b:8,all-minilm:1";
const SPAN = "duration such as 5m, 1h30m, 0 or -1; bare numbers are seconds";

describe("loadConfig", () => {
  it("gives the documented defaults when nothing is set", () => {
    const settings = loadSettings({});
    expect(settings).toMatchObject({
      apiHost: "127.0.0.1",
      apiPort: 8000,
      queueTextMaxRunning: 6,
      queueVisionMaxRunning: 3,
      queueTextMaxWaiting: 50,
      queueVisionMaxWaiting: 20,
      queueTextTimeoutMs: 120_000,
      queueVisionTimeoutMs: 150_000,
      modelPatienceMs: 30_000,
      maxBodyBytes: 1_572_864,
      proxyMaxBodyBytes: 67_108_864,
      maxPromptTokens: 4096,
      allowedModels: ["*"],
      trustedProxies: [],
      rateLimitEnabled: true,
      autoPull: false,
    });
    expect(settings.ollamaBaseUrl).toBeUndefined();
    expect(settings.upstreamParallel).toBeUndefined();
  });

  it("freezes what it returns", () => {
    expect(Object.isFrozen(loadSettings({}))).toBe(true);
  });

  it.each([
    ["api_port", "9000", { apiPort: 9000 }],
    ["Api_Port", " 9000 ", { apiPort: 9000 }],
    ["QUEUE_MODEL_PATIENCE", "0.25", { modelPatienceMs: 250 }],
    ["DRAIN_TIMEOUT", "0", { drainMs: 0 }],
    ["RATE_LIMIT_ENABLED", "no", { rateLimitEnabled: false }],
    ["OLLAMA_HOST", ":11500", { ollamaHost: ":11500" }],
    ["OLLAMA_HOST", "::1", { ollamaHost: "::1" }],
    ["TRUSTED_PROXIES", "10.0.0.0/8,::1", { trustedProxies: ["10.0.0.0/8", "::1"] }],
    ["ALLOWED_MODELS", "a, b:*,,", { allowedModels: ["a", "b:*"] }],
    ["INFERENCE_SERVER", "Engine", { inferenceServer: "engine" }],
    ["OLLAMA_BASE_URL", "http://gpu:11434//", { ollamaBaseUrl: "http://gpu:11434" }],
    ["UPSTREAM_PARALLEL", "4", { upstreamParallel: 4 }],
    ["OLLAMA_HOST", "0.0.0.0", { ollamaHost: "0.0.0.0" }],
    ["OLLAMA_HOST", "https://gpu.example:443/", { ollamaHost: "https://gpu.example:443/" }],
    ["OLLAMA_HOST", '"gpu:11434"', { ollamaHost: "gpu:11434" }],
    ["OLLAMA_MODELS", "'/data/my models'", { ollamaModels: "/data/my models" }],
    ["API_HOST", "[::1]", { apiHost: "::1" }],
    ["ALLOWED_MODELS", "hf.co/a/b:Q4_K_M", { allowedModels: ["hf.co/a/b:Q4_K_M"] }],
    ["ALLOWED_HOSTS", "*.a.example,[fe80::1]", { allowedHosts: ["*.a.example", "fe80::1"] }],
    ["TENANT_HEADERS", "X-User-Email, x-user", { tenantHeaders: ["x-user-email", "x-user"] }],
    ["PROJECT_FROM_API_KEY", "on", { projectFromApiKey: true }],
    ["OLLAMA_ORIGINS", "*", { ollamaOrigins: ["*"] }],
    ["OLLAMA_ORIGINS", "app://x,http://*.a", { ollamaOrigins: ["app://x", "http://*.a"] }],
    ["OLLAMA_MAX_LOADED_MODELS", "0", { ollamaMaxLoadedModels: 0 }],
    ["OLLAMA_REQUIRED_MODELS", "a, me/b:1b", { requiredModels: ["a", "me/b:1b"] }],
    ["OLLAMA_REQUIRED_MODELS", "None", { requiredModels: [] }],
    ["OLLAMA_WARMUP_MODELS", "a", { warmupModels: ["a"] }],
    ["WARMUP_KEEP_ALIVE", "-1", { warmupKeepAlive: "-1" }],
    [
      "OLLAMA_MODEL_MEMORY_HINTS",
      "qwen3:14b-q4_K_M:8,h:80/b:7,a=1",
      { modelMemoryHints: { "qwen3:14b-q4_K_M": 8, "h:80/b": 7, a: 1 } },
    ],
    ["OLLAMA_LARGEST_MODEL_GB", "40", { largestModelGb: 40 }],
    ...["5m", "0", "-1", "-1m", "300", "1h30m", "1.5h", ".5s", "+10m", "1m0.5s", "20ms", "3µs"].map(
      (value): [string, string, object] => ["OLLAMA_KEEP_ALIVE", value, { ollamaKeepAlive: value }],
    ),
  ])("reads %s=%j from the environment, whatever the name's case", (name, value, expected) => {
    expect(loadSettings({ [name]: value })).toMatchObject(expected);
  });

  it.each(["", "   ", undefined])("takes the variable %j as not given", (value) => {
    expect(loadSettings({ API_PORT: value, OLLAMA_BASE_URL: value })).toMatchObject({
      apiPort: 8000,
    });
  });

  it.each([[["--api-port", "9100"]], [["--api-port=9100"]]])("lets %j win over it", (argv) => {
    expect(loadSettings({ API_PORT: "9000" }, argv).apiPort).toBe(9100);
  });

  it("reports all mistakes together, each with its name and range", () => {
    const mistakes = mistakesOf(
      { API_PORT: "99999", QUEUE_CHAT_MAX_CONCURRENT: "many", AUTO_PULL: "perhaps" },
      ["--api-log-level=loud"],
    );
    expect(mistakes).toEqual([
      '  - API_PORT="99999": expected 0–65535',
      '  - API_LOG_LEVEL="loud": expected debug, info, warn, error',
      '  - AUTO_PULL="perhaps": expected true or false',
      '  - QUEUE_CHAT_MAX_CONCURRENT="many": expected 1–100',
    ]);
  });

  it.each([
    ["OLLAMA_BASE_URL", "ftp://x", "http(s) URL without a path"],
    ["OLLAMA_BASE_URL", "http://x/ollama", "http(s) URL without a path"],
    ["OLLAMA_BASE_URL", "gpu", "http(s) URL without a path"],
    ["OLLAMA_BASE_URL", "http://user:secret@x", "http(s) URL without a path"],
    ["OLLAMA_BASE_URL", "http://x/?a=1", "http(s) URL without a path"],
    ["OLLAMA_HOST", "ftp://gpu", "host, host:port or URL without a path"],
    ["OLLAMA_HOST", "gpu/ollama", "host, host:port or URL without a path"],
    ["OLLAMA_HOST", "gpu:99999", "host, host:port or URL without a path"],
    ["OLLAMA_HOST", "me@gpu", "host, host:port or URL without a path"],
    ["API_HOST", "127.0.0.1:8000", "host name or address"],
    ["API_HOST", "http://localhost", "host name or address"],
    ["API_HOST", "256.0.0.1", "host name or address"],
    ["API_HOST", "my host", "host name or address"],
    ["ALLOWED_MODELS", ",", "comma list of names, * as wildcard"],
    ["ALLOWED_MODELS", "qwen3;llama3", "comma list of names, * as wildcard"],
    ["ALLOWED_MODELS", "a,(b|c)", "comma list of names, * as wildcard"],
    ["OLLAMA_DEFAULT_TEXT_MODEL", "qwen3:*", "model name"],
    ["OLLAMA_REQUIRED_MODELS", "a,b c", "comma list of model names, or none"],
    ["OLLAMA_WARMUP_MODELS", "a:*", "comma list of model names, or none"],
    ["OLLAMA_MODEL_MEMORY_HINTS", "a", HINTS],
    ["OLLAMA_MODEL_MEMORY_HINTS", "a:8GB", HINTS],
    ["OLLAMA_MODEL_MEMORY_HINTS", "a b:8", HINTS],
    ["OLLAMA_DEFAULT_VLM_MODEL", "my model", "model name"],
    ["ALLOWED_HOSTS", "a.example:8443", "comma list of host names without port, * as wildcard"],
    ["ALLOWED_HOSTS", "https://a", "comma list of host names without port, * as wildcard"],
    ["TENANT_HEADERS", "X User", HEADERS],
    ["TENANT_HEADERS", "X-User,Authorization", HEADERS],
    ["TENANT_HEADERS", "cookie", HEADERS],
    ["OLLAMA_ORIGINS", "a.example", ORIGINS],
    ["OLLAMA_ORIGINS", "https://a.example/", ORIGINS],
    ["OLLAMA_ORIGINS", "https://*.a.*", ORIGINS],
    ["OLLAMA_ORIGINS", "null", ORIGINS],
    ["OLLAMA_NUM_PARALLEL", "0", "1–64"],
    ["OLLAMA_KEEP_ALIVE", "soon", SPAN],
    ["OLLAMA_KEEP_ALIVE", "5 m", SPAN],
    ["OLLAMA_KEEP_ALIVE", "1d", SPAN],
    ["OLLAMA_KEEP_ALIVE", "1h30", SPAN],
    ["OLLAMA_KEEP_ALIVE", "1.5", SPAN],
    ["OLLAMA_KEEP_ALIVE", "h", SPAN],
    ["OLLAMA_KEEP_ALIVE", ".h", SPAN],
    ["OLLAMA_KEEP_ALIVE", "--1m", SPAN],
    ["OLLAMA_KEEP_ALIVE", "9999999h", SPAN],
    ["OLLAMA_KEEP_ALIVE", "9999999999", SPAN],
    ["OLLAMA_HOST", "http://", "host, host:port or URL without a path"],
    ["TRUSTED_PROXIES", "10.0.0.0/", "comma list of addresses or CIDR ranges"],
    ["TRUSTED_PROXIES", "10.0.0.0/33", "comma list of addresses or CIDR ranges"],
    ["TRUSTED_PROXIES", "proxy.local", "comma list of addresses or CIDR ranges"],
    ["API_PORT", "80.5", "0–65535"],
    ["DRAIN_TIMEOUT", "-1", "0–3600 s"],
    ["DRAIN_TIMEOUT", "30s", "0–3600 s"],
    ["MAX_PROMPT_TOKENS", "0", "1–10000000"],
  ])("refuses %s=%s", (name, value, range) => {
    expect(mistakesOf({ [name]: value })).toEqual([
      `  - ${name}=${JSON.stringify(value)}: expected ${range}`,
    ]);
  });

  it.each([
    ["OLLAMA_CONTEXT_LENGTH", "8k", "whole number from 0 on"],
    ["OLLAMA_MAX_QUEUE", "-1", "whole number from 0 on"],
    ["OLLAMA_LOAD_TIMEOUT", "long", SPAN],
    ["OLLAMA_FLASH_ATTENTION", "off", "true or false"],
    ["OLLAMA_NOPRUNE", "no", "true or false"],
    ["OLLAMA_DEBUG", "all", "true, false, 0, 1, 2"],
    ["OLLAMA_KV_CACHE_TYPE", "q8", "f16, q8_0, q4_0, f32, bf16, q4_1, q5_0, q5_1, iq4_nl"],
    ["ENGINE_STUCK_AFTER_MS", "0", "whole number from 1 on"],
  ])("refuses %s=%s, which a started server would read as something else", (name, value, range) => {
    expect(mistakesOf({ [name]: value })).toEqual([
      `  - ${name}=${JSON.stringify(value)}: expected ${range}`,
    ]);
  });

  it("lets pass what a started server reads, and what it is not known to read", () => {
    const env = {
      OLLAMA_CONTEXT_LENGTH: '"8192"',
      OLLAMA_FLASH_ATTENTION: "TRUE",
      OLLAMA_NOPRUNE: "0",
      OLLAMA_DEBUG: "2",
      OLLAMA_LOAD_TIMEOUT: "-1",
      OLLAMA_KV_CACHE_TYPE: "q8_0",
      OLLAMA_GPU_OVERHEAD: "536870912",
      OLLAMA_OF_TOMORROW: "what ever",
      OLLAMA_MAX_QUEUE: "",
    };
    expect(mistakesOf(env)).toEqual([]);
  });

  it("tells an unknown profile and a mistake in the profiles beside all others", () => {
    const env = { SHARED_OLLAMA_FORCE_PROFILE: "huge", OLLAMA_KEEP_ALIVE: "soon" };
    expect(mistakesOf({ ...env, OLLAMA_NOPRUNE: "no" }, ["--api-port=x"])).toEqual([
      '  - API_PORT="x": expected 0–65535',
      `  - OLLAMA_KEEP_ALIVE="soon": expected ${SPAN}`,
      '  - OLLAMA_NOPRUNE="no": expected true or false',
      "  - SHARED_OLLAMA_FORCE_PROFILE=huge: known are small, large",
    ]);
    const wrong = modelsYaml.replace("text_model:", "txt_model:");
    const load = () => loadConfig({ env, modelsYaml: wrong });
    expect(load).toThrow(ConfigError);
    expect(load).toThrow(/OLLAMA_KEEP_ALIVE="soon".*\n.*config\/models\.yaml: profiles\.0/);
  });

  it.each(["large", "LARGE"])("takes the profile %s", (name) => {
    expect(mistakesOf({ SHARED_OLLAMA_FORCE_PROFILE: name })).toEqual([]);
  });

  it("refuses a variable that is set twice, and differently", () => {
    expect(mistakesOf({ API_PORT: "80", api_port: "81" })).toEqual([
      "  - API_PORT is set twice, in upper and in lower case, to different values",
    ]);
    expect(mistakesOf({ API_PORT: "80", api_port: "80", Api_Port: "" })).toEqual([]);
  });

  it("tells every mistake among the flags", () => {
    const argv = ["--no-such-flag=1", "stray", "-x", "--api-port=x", "--drain-timeout", "-1"];
    expect(mistakesOf({}, argv)).toEqual([
      "  - --no-such-flag: expected a flag; --help lists all flags",
      "  - stray: expected a flag; --help lists all flags",
      "  - -x: expected a flag; --help lists all flags",
      '  - API_PORT="x": expected 0–65535',
      '  - DRAIN_TIMEOUT="-1": expected 0–3600 s',
    ]);
  });

  it.each([[["--no-such-flag=1"]], [["stray"]], [["--api-port"]]])(
    "refuses the arguments %j and names --help",
    (argv) => {
      expect(mistakesOf({}, argv).join()).toContain("--help lists all flags");
    },
  );

  it("counts a rule over several settings beside single mistakes", () => {
    const mistakes = mistakesOf({ API_PORT: "x", API_HOST: "0.0.0.0" });
    expect(mistakes).toHaveLength(2);
    expect(mistakes.join()).toContain("ALLOW_UNAUTHENTICATED=true");
  });

  it("counts a flag's mistake beside those of the environment", () => {
    expect(mistakesOf({ API_PORT: "x" }, ["--no-such-flag=1"])).toHaveLength(2);
  });

  it.each(["0.0.0.0", "::", "192.168.1.5", "example.org", "127.0.0.1.example.org"])(
    "refuses to listen on %s unless told that the network is trusted",
    (host) => {
      expect(mistakesOf({ API_HOST: host }).join()).toContain("ALLOW_UNAUTHENTICATED=true");
      expect(mistakesOf({ API_HOST: host, ALLOW_UNAUTHENTICATED: "true" })).toEqual([]);
    },
  );

  it("refuses settings that contradict each other", () => {
    const env = { INFERENCE_SERVER: "engine", OLLAMA_BASE_URL: "http://gpu:11434" };
    expect(mistakesOf(env).join()).toContain("contradicts OLLAMA_BASE_URL");
  });
});

it.each(["localhost", "LOCALHOST", "127.0.0.1", "127.1.2.3", "::1", "[::1]"])(
  "isLoopback knows %s as this machine",
  (host) => {
    expect(isLoopback(host)).toBe(true);
  },
);

it("flagOf writes a variable as a flag", () => {
  expect(flagOf("QUEUE_CHAT_MAX_CONCURRENT")).toBe("queue-chat-max-concurrent");
});
