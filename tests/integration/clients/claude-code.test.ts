// Recorded from Claude Code 2.1.197 with ANTHROPIC_BASE_URL at an Ollama; texts and tools are cut.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { bare, events, json, sending, text, type Step } from "./steps.ts";

const SESSION = "f2b8301a-664f-41db-bdd5-38977dfa153e";
const ZIP: Header = ["Accept-Encoding", "gzip, deflate, br, zstd"];

const headers = (betas: string): Header[] => [
  ["Accept", "application/json"],
  ["Authorization", "Bearer ollama"],
  ["Content-Type", "application/json"],
  ["User-Agent", "claude-cli/2.1.197 (external, sdk-cli)"],
  ["X-Claude-Code-Session-Id", SESSION],
  ["X-Stainless-Arch", "x64"],
  ["X-Stainless-Lang", "js"],
  ["X-Stainless-OS", "Linux"],
  ["X-Stainless-Package-Version", "0.94.0"],
  ["X-Stainless-Retry-Count", "0"],
  ["X-Stainless-Runtime", "node"],
  ["X-Stainless-Runtime-Version", "v26.3.0"],
  ["X-Stainless-Timeout", "600"],
  ["anthropic-beta", betas],
  ["anthropic-dangerous-direct-browser-access", "true"],
  ["anthropic-version", "2023-06-01"],
  ["x-app", "cli"],
  ["Connection", "keep-alive"],
  ZIP,
];
const TURN = headers(
  "claude-code-20250219,interleaved-thinking-2025-05-14,thinking-token-count-2026-05-13," +
    "context-management-2025-06-27,prompt-caching-scope-2026-01-05," +
    "mid-conversation-system-2026-04-07,effort-2025-11-24",
);
const COUNT = headers("claude-code-20250219,token-counting-2024-11-01");

const cached = { cache_control: { type: "ephemeral" } };
const metadata = {
  user_id: JSON.stringify({ device_id: "721d0d6b", account_uuid: "", session_id: SESSION }),
};
const bash = {
  name: "Bash",
  description: "Executes a bash command and returns its output.",
  input_schema: {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    type: "object",
    properties: { command: { description: "The command", type: "string" } },
    required: ["command"],
    additionalProperties: false,
  },
};
const asked = [
  { role: "user", content: [{ type: "text", text: "say hi", ...cached }] },
  { role: "system", content: "Available agent types for the Agent tool: …" },
];
const called = [
  {
    role: "assistant",
    content: [{ type: "tool_use", id: "call_1", name: "Bash", input: { command: "echo hi" } }],
  },
  {
    role: "user",
    content: [
      { tool_use_id: "call_1", type: "tool_result", content: "hi", is_error: false, ...cached },
    ],
  },
];
const turn = (messages: object[], model = "fake"): object => ({
  model,
  messages,
  system: [{ type: "text", text: "You are an agent.", ...cached }],
  tools: [bash],
  metadata,
  max_tokens: 32_000,
  thinking: { type: "adaptive" },
  context_management: { edits: [{ type: "clear_thinking_20251015", keep: "all" }] },
  output_config: { effort: "high" },
  stream: true,
});

const MESSAGES = "/v1/messages?beta=true";
const STREAM = [
  "message_start",
  "content_block_start",
  "content_block_delta",
  "content_block_delta",
  "content_block_stop",
  "message_delta",
  "message_stop",
];
const END = {
  delta: { stop_reason: "end_turn" },
  usage: { input_tokens: 7, output_tokens: 2 },
};

const count: Step = {
  what: "has tokens counted (/context), which no Ollama does",
  ask: sending("/v1/messages/count_tokens?beta=true", COUNT, {
    model: "fake",
    messages: [{ role: "user", content: "foo" }],
    tools: [],
  }),
  needs: text(404, "404 page not found"),
};

plays({
  client: "Claude Code",
  ollama: ["0.30.0"],
  steps: [
    {
      what: "sees whether the address answers",
      ask: bare("HEAD", "/", [
        ["Connection", "keep-alive"],
        ["User-Agent", "Bun/1.4.0"],
        ["Accept", "*/*"],
        ZIP,
      ]),
      needs: text(200, ""),
    },
    {
      what: "asks with its tools",
      ask: sending(MESSAGES, TURN, turn(asked)),
      needs: events(STREAM, END, -2),
      model: "fake",
    },
    {
      what: "gives a tool's result",
      ask: sending(MESSAGES, TURN, turn([...asked, ...called])),
      needs: events(STREAM, END, -2),
      model: "fake",
    },
    count,
    {
      what: "counts them with a shortest answer instead",
      ask: sending(MESSAGES, COUNT, {
        model: "fake",
        max_tokens: 1,
        messages: [{ role: "user", content: "count" }],
        metadata,
      }),
      needs: json(200, { type: "message", role: "assistant", usage: { input_tokens: 7 } }),
      model: "fake",
    },
    {
      what: "asks a model of its maker's, where its settings name no other",
      ask: sending(MESSAGES, TURN, turn(asked, "claude-haiku-4-5")),
      needs: json(404, {
        type: "error",
        error: { type: "not_found_error", message: "model 'claude-haiku-4-5' not found" },
      }),
    },
  ],
});

plays({
  client: "Claude Code, its model not in memory,",
  ollama: ["0.30.0"],
  steps: [{ ...count, loadsNothing: true }],
});
