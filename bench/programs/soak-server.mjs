// An inference server for long runs: it streams, embeds and describes models in Ollama's and
// OpenAI's dialects, a few milliseconds a request, and keeps nothing.
import { createHash } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { answerLists, sendJson, serve } from "../lib/serve.mjs";

const NAMES = ["mock:latest", "all-minilm:latest"];
const WORDS = ["Sun", "light", " is", " scattered", " by", " the", " air."];
const GAP_MS = 4;
const DIMENSIONS = 384;
const LAST = {
  done: true,
  done_reason: "stop",
  total_duration: 30_000_000,
  load_duration: 1_000_000,
  prompt_eval_count: 12,
  prompt_eval_duration: 9_000_000,
  eval_count: WORDS.length,
  eval_duration: 20_000_000,
};

serve((path, body, response) => {
  if (answerLists(path, response, { installed: NAMES, loaded: NAMES })) return;
  const asked = parsed(body);
  if (asked) void answer(path, asked, response);
  else sendJson(response, '{"error":"unexpected EOF"}', 400);
});

function parsed(body) {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

async function answer(path, body, response) {
  if (path === "/api/show") {
    const capabilities = ["completion", "vision"];
    return sendJson(response, JSON.stringify({ details: {}, model_info: {}, capabilities }));
  }
  if (path === "/api/embed") return sendJson(response, JSON.stringify(embedded(body)));
  if (body.model !== "mock") {
    return sendJson(response, JSON.stringify({ error: `model '${body.model}' not found` }), 404);
  }
  if (path.startsWith("/v1/")) return openAi(body, response);
  return native(path, body, response);
}

function embedded({ model, input }) {
  const vectors = [input].flat().map((text) => {
    const seed = createHash("sha256").update(String(text)).digest();
    const values = Array.from({ length: DIMENSIONS }, (_, i) => (seed[i % 32] ?? 0) / 255 - 0.5);
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  });
  return { model, embeddings: vectors, prompt_eval_count: vectors.length };
}

async function native(path, body, response) {
  const piece = (text) =>
    path === "/api/chat" ? { message: { role: "assistant", content: text } } : { response: text };
  const line = (value) => `${JSON.stringify({ model: body.model, ...value })}\n`;
  if (body.stream === false) {
    await delay(GAP_MS);
    return sendJson(response, line({ ...piece(WORDS.join("")), ...LAST }));
  }
  response.writeHead(200, { "Content-Type": "application/x-ndjson" });
  for (const word of WORDS) {
    response.write(line({ ...piece(word), done: false }));
    await delay(GAP_MS);
  }
  response.end(line({ ...piece(""), ...LAST }));
}

async function openAi({ model, stream }, response) {
  const head = { id: "chatcmpl-1", created: 1_767_225_600, model };
  const choice = (rest) => ({ ...head, choices: [{ index: 0, finish_reason: null, ...rest }] });
  if (!stream) {
    await delay(GAP_MS);
    const message = { role: "assistant", content: WORDS.join("") };
    const usage = { prompt_tokens: 12, completion_tokens: 7, total_tokens: 19 };
    return sendJson(
      response,
      JSON.stringify({ object: "chat.completion", ...choice({ message }), usage }),
    );
  }
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  for (const content of WORDS) {
    const chunk = { object: "chat.completion.chunk", ...choice({ delta: { content } }) };
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    await delay(GAP_MS);
  }
  response.end("data: [DONE]\n\n");
}
