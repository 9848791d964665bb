// The extension's by its source (core/llm/llms/Ollama.ts), which fetches with node-fetch; those of
// its program cn 1.5.47 were recorded. Texts and tools are cut.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { bare, deltas, json, lines, sending } from "./steps.ts";

const FETCH: Header[] = [
  ["Content-Type", "application/json"],
  ["Accept", "*/*"],
  ["User-Agent", "node-fetch"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["Connection", "keep-alive"],
];
const CN: Header[] = [
  ["accept", "application/json"],
  ["accept-encoding", "gzip, deflate, br"],
  ["authorization", "Bearer "],
  ["content-type", "application/json"],
  ["user-agent", "ls/JS 5.23.2"],
  ["x-stainless-arch", "x64"],
  ["x-stainless-lang", "js"],
  ["x-stainless-os", "Linux"],
  ["x-stainless-package-version", "5.23.2"],
  ["x-stainless-retry-count", "0"],
  ["x-stainless-runtime", "node"],
  ["x-stainless-runtime-version", "v20.20.2"],
  ["Connection", "keep-alive"],
];

const post = (target: string, body: object) => sending(target, FETCH, body);
const messages = [
  { role: "system", content: "You are in chat mode." },
  { role: "user", content: "say hi" },
];
const read = {
  type: "function",
  function: {
    name: "Read",
    description: "Read the contents of a file at the specified path",
    parameters: {
      type: "object",
      required: ["filepath"],
      properties: { filepath: { type: "string", description: "The path to the file to read" } },
    },
  },
};
const called = [
  {
    role: "assistant",
    content: "",
    tool_calls: [{ function: { name: "Read", arguments: { filepath: "a.py" } } }],
  },
  { role: "tool", content: "print(1)" },
];
const options = { temperature: 0.1, num_predict: 4096, num_ctx: 8192 };
const kept = { keep_alive: 1800, stream: true };

plays({
  client: "Continue in an editor",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    {
      what: "lists the models (model: AUTODETECT)",
      ask: bare("GET", "/api/tags", FETCH),
      needs: json(200, { models: [{ name: "fake:latest" }] }),
    },
    {
      what: "reads a model's parameters and template",
      ask: post("/api/show", { name: "fake" }),
      needs: json(200, { modelfile: "FROM fake" }),
    },
    {
      what: "chats with its tools",
      ask: post("/api/chat", { model: "fake", messages, options, ...kept, tools: [read] }),
      needs: lines({ done: true }),
      model: "fake",
    },
    {
      what: "gives a tool's result",
      ask: post("/api/chat", {
        model: "fake",
        messages: [...messages, ...called],
        options,
        ...kept,
      }),
      needs: lines({ done: true }),
      model: "fake",
    },
    {
      what: "completes what is being typed",
      ask: post("/api/generate", {
        model: "fake",
        prompt: "def add(a, b):\n    ",
        suffix: "\n\nprint(add(1, 2))",
        raw: false,
        options: { ...options, stop: ["\n\n"] },
        ...kept,
      }),
      needs: lines({ done: true }),
      model: "fake",
    },
    {
      what: "embeds the pieces of a project",
      ask: post("/api/embed", { model: "fake", input: ["a", "b"] }),
      needs: json(200, {
        embeddings: [
          [0.6, 0.8],
          [0.6, 0.8],
        ],
      }),
      model: "fake",
    },
  ],
});

plays({
  client: "Continue's program cn",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    {
      what: "chats with its tools, in OpenAI's dialect and with an empty key",
      ask: sending("/v1/chat/completions", CN, {
        model: "fake",
        messages,
        stream: true,
        tools: [read],
        stream_options: { include_usage: true },
      }),
      needs: deltas("Hello", { total_tokens: 9 }),
      model: "fake",
    },
  ],
});
