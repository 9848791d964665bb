import { shellWord } from "../steps/step.ts";
import type { ConnectedClient } from "./client.ts";

/** `export` lines for a shell, which evaluates or keeps them. */
function exports(variables: Record<string, string>): string {
  return Object.entries(variables)
    .map(([name, value]) => `export ${name}=${value === "" ? '""' : shellWord(value)}\n`)
    .join("");
}

const SHELL = "your shell, or its start-up file";

/** Programs that people start. */
export const PROGRAMS: ConnectedClient[] = [
  {
    name: "open-webui",
    title: "Open WebUI",
    language: "bash",
    goes: "the environment that Open WebUI is started in",
    snippet: ({ base }) => exports({ OLLAMA_BASE_URL: base }),
  },
  {
    name: "open-webui-openai",
    title: "Open WebUI, in OpenAI's dialect",
    language: "bash",
    goes: "the environment that Open WebUI is started in",
    snippet: ({ base }) => exports({ OPENAI_API_BASE_URL: `${base}/v1`, OPENAI_API_KEY: "none" }),
  },
  {
    name: "continue",
    title: "Continue",
    language: "yaml",
    goes: "~/.continue/config.yaml",
    snippet: ({ base, model, embeddingModel }) => `name: Shared
version: 1.0.0
schema: v1
models:
  - name: Shared Ollama
    provider: ollama
    model: ${quoted(model)}
    apiBase: ${quoted(base)}
  - name: Shared Ollama embeddings
    provider: ollama
    model: ${quoted(embeddingModel)}
    apiBase: ${quoted(base)}
    roles: [embed]
`,
  },
  {
    name: "claude-code",
    title: "Claude Code",
    language: "bash",
    goes: SHELL,
    snippet: ({ base, model }) =>
      exports({
        ANTHROPIC_BASE_URL: base,
        ANTHROPIC_AUTH_TOKEN: "none",
        ANTHROPIC_API_KEY: "",
        ANTHROPIC_MODEL: model,
        ANTHROPIC_DEFAULT_OPUS_MODEL: model,
        ANTHROPIC_DEFAULT_SONNET_MODEL: model,
        ANTHROPIC_DEFAULT_HAIKU_MODEL: model,
        CLAUDE_CODE_ATTRIBUTION_HEADER: "0",
      }),
  },
  {
    name: "codex",
    title: "Codex",
    language: "toml",
    goes: "~/.codex/config.toml",
    snippet: ({ base, model }) => `model = ${quoted(model)}
model_provider = "shared"

[model_providers.shared]
name = "Shared Ollama"
base_url = ${quoted(`${base}/v1`)}
wire_api = "responses"
`,
  },
  {
    name: "aider",
    title: "aider",
    language: "bash",
    goes: SHELL,
    snippet: ({ base, model }) =>
      exports({ OLLAMA_API_BASE: base, AIDER_MODEL: `ollama_chat/${model}` }),
  },
  {
    name: "ollama",
    title: "the ollama program",
    language: "bash",
    goes: SHELL,
    snippet: ({ base }) => exports({ OLLAMA_HOST: base }),
  },
];

/** A text in quotes as JSON, YAML and TOML have it. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
