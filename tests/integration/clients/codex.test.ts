// Recorded from Codex 0.171.0 with --oss and CODEX_OSS_BASE_URL at an Ollama; texts and tools are cut.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { bare, events, json, lines, sending } from "./steps.ts";

const THREAD = "01a2274c-8348-7701-832d-ac6287d25542";
const PROBE: Header[] = [
  ["accept", "*/*"],
  ["accept-encoding", "zstd,gzip"],
];
const PULL: Header[] = [["content-type", "application/json"], ...PROBE];
const TURN: Header[] = [
  ["x-codex-beta-features", "remote_compaction_v2"],
  ["x-codex-window-id", `${THREAD}:0`],
  ["x-codex-turn-metadata", JSON.stringify({ thread_id: THREAD, sandbox: "seccomp" })],
  ["x-client-request-id", THREAD],
  ["session-id", THREAD],
  ["thread-id", THREAD],
  ["accept", "text/event-stream"],
  ["content-type", "application/json"],
  ["originator", "codex_exec"],
  ["user-agent", "codex_exec/0.171.0 (Debian 12.0.0; x86_64) unknown (codex_exec; 0.171.0)"],
  ["accept-encoding", "zstd,gzip"],
];

const message = (role: string, text: string): object => ({
  type: "message",
  id: `msg_${role}`,
  role,
  content: [{ type: "input_text", text }],
});
const asked = [message("developer", "You are a coding agent."), message("user", "say hi")];
const called = [
  {
    type: "function_call",
    status: "completed",
    id: "fc_1_0",
    name: "exec_command",
    arguments: '{"cmd":"echo hi"}',
    call_id: "call_1",
  },
  { type: "function_call_output", id: "fco_1", call_id: "call_1", output: "Output:\nhi\n" },
];
const turn = (input: object[]): object => ({
  model: "new",
  stream: true,
  input,
  tools: [
    {
      type: "function",
      name: "exec_command",
      description: "Runs a command in a PTY.",
      strict: false,
      parameters: {
        type: "object",
        properties: { cmd: { type: "string", description: "Shell command to execute." } },
        required: ["cmd"],
        additionalProperties: false,
      },
    },
  ],
  tool_choice: "auto",
  parallel_tool_calls: true,
  reasoning: { summary: "auto" },
  store: false,
  include: ["reasoning.encrypted_content"],
  prompt_cache_key: THREAD,
  client_metadata: { thread_id: THREAD },
});

const STREAM = [
  "response.created",
  "response.in_progress",
  "response.output_item.added",
  "response.content_part.added",
  "response.output_text.delta",
  "response.output_text.delta",
  "response.output_text.done",
  "response.content_part.done",
  "response.output_item.done",
  "response.completed",
];
const END = { response: { usage: { input_tokens: 7, output_tokens: 2, total_tokens: 9 } } };

/** A question to "fake" with `"stream":true`, compressed with zstd. */
const ZIPPED = Buffer.from(
  "KLUv/STXHQQAosgaG4AlagNlryCSY7tbzLZfmtRnRfScAZklJ2NxAU0qhMY9E3MvJJQRYkDMfRMaoXlgFQ88ipxi8Zgi" +
    "Z0HB7/YOyB56KaubvUzcnlItxOlApTL5PZWlzwzuvZTVW67U9wQztbo9AdD4HWXByZkHADwTomCCYEwQVdrPqfs0YxgL" +
    "FBTpKrgX",
  "base64",
);

plays({
  client: "Codex",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    {
      what: "sees whether an Ollama answers",
      ask: bare("GET", "/v1/models", PROBE),
      needs: json(200, { data: [{ id: "fake:latest" }] }),
    },
    {
      what: "sees whether it has the responses API",
      ask: bare("GET", "/api/version", PROBE),
      needs: json(200, {}),
    },
    {
      what: "looks for its model",
      ask: bare("GET", "/api/tags", PROBE),
      needs: json(200, { models: [{ name: "fake:latest" }] }),
    },
    {
      what: "fetches it",
      ask: sending("/api/pull", PULL, { model: "new", stream: true }),
      needs: lines({ status: "success" }),
    },
    {
      what: "asks with its tools",
      ask: sending("/v1/responses", TURN, turn(asked)),
      needs: events(STREAM, END),
      model: "new",
    },
    {
      what: "gives a tool's result",
      ask: sending("/v1/responses", TURN, turn([...asked, ...called])),
      needs: events(STREAM, END),
      model: "new",
    },
  ],
});

plays({
  client: "Codex that compresses",
  ollama: ["0.30.0"],
  steps: [
    {
      what: "asks in a body that is compressed with zstd",
      ask: sending("/v1/responses", [...TURN, ["content-encoding", "zstd"]], ZIPPED),
      needs: events(STREAM, END),
      model: "fake",
    },
  ],
});
