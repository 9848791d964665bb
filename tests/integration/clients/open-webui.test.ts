// By the source of Open WebUI (backend/open_webui/routers/ollama.py and openai.py), whose requests
// go out through aiohttp and Python's requests.
import type { Header } from "../../support/http-wire.ts";
import { plays } from "./play.ts";
import { bare, deltas, json, lines, pythonJson, sending, text } from "./steps.ts";

const TYPE: Header = ["Content-Type", "application/json"];
const AIOHTTP: Header[] = [
  ["Accept", "*/*"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["User-Agent", "Python/3.11 aiohttp/3.12.15"],
];
const REQUESTS: Header[] = [
  ["User-Agent", "python-requests/2.32.5"],
  ["Accept-Encoding", "gzip, deflate, br"],
  ["Accept", "*/*"],
  ["Connection", "keep-alive"],
];
/** ENABLE_FORWARD_USER_INFO_HEADERS. */
const USER: Header[] = [
  ["X-OpenWebUI-User-Name", "Ada%20Example"],
  ["X-OpenWebUI-User-Id", "5b1c7a52"],
  ["X-OpenWebUI-User-Email", "ada@example.org"],
  ["X-OpenWebUI-User-Role", "admin"],
];
const OLLAMA: Header[] = [TYPE, ...USER, ...AIOHTTP];
const OPENAI: Header[] = [TYPE, ["Authorization", "Bearer none"], ...AIOHTTP];

const post = (target: string, body: object) => sending(target, OLLAMA, pythonJson(body));
const messages = [
  { role: "system", content: "You are terse." },
  { role: "user", content: "hi" },
];
const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "Tells the weather.",
    parameters: { type: "object", properties: { city: { type: "string" } }, required: ["city"] },
  },
};

plays({
  client: "Open WebUI (OLLAMA_BASE_URL)",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    {
      what: "verifies the connection",
      ask: bare("GET", "/api/version", [...USER, ...AIOHTTP]),
      needs: json(200, {}),
    },
    {
      what: "lists the models",
      ask: bare("GET", "/api/tags", OLLAMA),
      needs: json(200, { models: [{ name: "fake:latest", model: "fake:latest" }] }),
    },
    {
      what: "pulls one for its administrator",
      ask: post("/api/pull", { model: "new:1b", insecure: true }),
      needs: lines({ status: "success" }),
    },
    {
      what: "chats with tools and options",
      ask: post("/api/chat", {
        model: "new:1b",
        messages,
        options: { temperature: 0.2, num_ctx: 8192 },
        stream: true,
        tools: [weather],
      }),
      needs: lines({ done: true, prompt_eval_count: 7, eval_count: 2 }),
      model: "new:1b",
    },
    {
      what: "has a title made",
      ask: post("/api/chat", {
        model: "new:1b",
        messages,
        options: { num_predict: 1000 },
        stream: false,
      }),
      needs: json(200, { message: { content: "Hello" }, done: true }),
      model: "new:1b",
    },
    {
      what: "sees until when models stay in memory",
      ask: bare("GET", "/api/ps", OLLAMA),
      needs: json(200, { models: [{ name: "new:1b", expires_at: "2099-01-01T00:00:00Z" }] }),
    },
    {
      what: "embeds the pieces of a document",
      ask: sending(
        "/api/embed",
        [...REQUESTS, TYPE],
        pythonJson({ input: ["a", "b"], model: "new:1b" }),
      ),
      needs: json(200, {
        embeddings: [
          [0.6, 0.8],
          [0.6, 0.8],
        ],
      }),
      model: "new:1b",
    },
    {
      what: "ejects a model from memory",
      ask: post("/api/generate", { model: "new:1b", keep_alive: 0, prompt: "" }),
      needs: json(200, { done_reason: "unload" }),
    },
    {
      what: "deletes it",
      ask: sending(
        "/api/delete",
        [...REQUESTS, TYPE, ...USER],
        pythonJson({ model: "new:1b" }),
        "DELETE",
      ),
      needs: text(200, ""),
    },
  ],
});

plays({
  client: "Open WebUI (OPENAI_API_BASE_URL)",
  ollama: ["0.13.5", "0.30.0"],
  steps: [
    {
      what: "lists the models",
      ask: bare("GET", "/v1/models", OPENAI),
      needs: json(200, { object: "list", data: [{ id: "fake:latest" }] }),
    },
    {
      what: "chats, and has the tokens counted",
      ask: sending(
        "/v1/chat/completions",
        OPENAI,
        pythonJson({
          stream: true,
          model: "fake:latest",
          messages,
          stream_options: { include_usage: true },
          tools: [weather],
        }),
      ),
      needs: deltas("Hello", { total_tokens: 9 }),
      model: "fake:latest",
    },
  ],
});
