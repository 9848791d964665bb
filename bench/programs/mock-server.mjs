// An inference server that costs next to nothing, so that what is measured in front of it is the
// gateway: it parses no body, its answers are made beforehand, and each chunk of a stream says when
// it was written. The fake Ollama of the tests takes nearly three times as long over a request.
import { parseArgs } from "node:util";
import { loadedEntry, modelEntry } from "../../tests/fake-ollama/models.mjs";
import { VERSION } from "../../tests/fake-ollama/version.mjs";
import { sendJson, serve } from "../lib/serve.mjs";
import { wallClockMs } from "../lib/wall-clock.mjs";

const { values } = parseArgs({
  options: { chunks: { type: "string" }, "gap-ms": { type: "string" } },
});
const chunks = Number(values.chunks ?? 100);
const gapMs = Number(values["gap-ms"] ?? 20);

/** What a gateway asks beside inference. Both models can do all, and are in memory. */
const MODELS = ["mock:latest", "all-minilm:latest"].map((name) =>
  loadedEntry(modelEntry(name, "0".repeat(64))),
);
const LISTS = new Map([
  ["/api/version", JSON.stringify({ version: VERSION })],
  ["/api/tags", JSON.stringify({ models: MODELS })],
  ["/api/ps", JSON.stringify({ models: MODELS })],
]);
const ANSWER = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_767_225_600,
  model: "mock:latest",
  choices: [
    {
      index: 0,
      message: {
        role: "assistant",
        content: "Sunlight is scattered by the air, blue most of all.",
      },
      finish_reason: "stop",
    },
  ],
  usage: { prompt_tokens: 15, completion_tokens: 12, total_tokens: 27 },
});
const [CHUNK_START, CHUNK_END] = JSON.stringify({
  id: "chatcmpl-1",
  object: "chat.completion.chunk",
  created: 1_767_225_600,
  model: "mock:latest",
  choices: [{ index: 0, delta: { role: "assistant", content: "@time@" }, finish_reason: null }],
}).split("time");

serve((path, body, response) => {
  const list = LISTS.get(path);
  if (list) sendJson(response, list);
  else if (body.includes('"stream":true')) stream(response);
  else sendJson(response, ANSWER);
});

/** Each chunk carries the time at which it was written. */
function stream(response) {
  response.writeHead(200, { "Content-Type": "text/event-stream" });
  let sent = 0;
  const send = () => {
    response.write(`data: ${CHUNK_START}${wallClockMs().toFixed(3)}${CHUNK_END}\n\n`);
    sent += 1;
    if (sent < chunks) return;
    clearInterval(timer);
    response.end("data: [DONE]\n\n");
  };
  const timer = setInterval(send, gapMs);
  response.on("close", () => clearInterval(timer));
  send();
}
