import { describe, expect, it } from "vitest";
import { ConfigError, flagOf, isLoopback, loadSettings } from "../../../config/load.ts";

function mistakesOf(env: Record<string, string>, argv: string[] = []): string[] {
  try {
    loadSettings({ env, argv });
  } catch (err) {
    if (err instanceof ConfigError) return err.message.split("\n").slice(1);
    throw err;
  }
  return [];
}

describe("loadSettings", () => {
  it("gives the documented defaults when nothing is set", () => {
    const settings = loadSettings({ env: {} });
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
    expect(Object.isFrozen(loadSettings({ env: {} }))).toBe(true);
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
  ])("reads %s=%j from the environment, whatever the name's case", (name, value, expected) => {
    expect(loadSettings({ env: { [name]: value } })).toMatchObject(expected);
  });

  it.each(["", "   ", undefined])("takes the variable %j as not given", (value) => {
    expect(loadSettings({ env: { API_PORT: value, OLLAMA_BASE_URL: value } })).toMatchObject({
      apiPort: 8000,
    });
  });

  it.each([[["--api-port", "9100"]], [["--api-port=9100"]]])("lets %j win over it", (argv) => {
    expect(loadSettings({ env: { API_PORT: "9000" }, argv }).apiPort).toBe(9100);
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
    ["OLLAMA_HOST", "http://", "host, host:port or URL"],
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
