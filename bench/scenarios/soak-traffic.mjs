import http from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const CLIENTS = 16;
const TENANTS = 5;
const LEAVING = 0.2;
/** Between two requests of a client: the load is to be mixed and steady, not the heaviest. */
const PAUSE_MS = 40;
/** Questions that differ; every bounded cache is full of them before what counts begins. */
const QUESTIONS = 300;

/** A picture of one pixel. */
const PIXEL =
  "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/** A request of the mix: every dialect, streamed and whole, large and small, good and bad. */
function pick(random) {
  const question = `Question ${Math.floor(random() * QUESTIONS)}: why is the sky blue?`;
  const messages = [{ role: "user", content: question }];
  const stream = random() < 0.5;
  const chat = { model: "mock", messages, stream };
  const image = { type: "image_url", image_url: { url: PIXEL } };
  const mix = [
    ["/api/chat", chat],
    ["/api/generate", { model: "mock", prompt: question, stream }],
    ["/v1/chat/completions", chat],
    ["/api/v1/chat", chat],
    ["/api/v1/generate", { model: "mock", prompt: question, stream }],
    ["/api/v1/chat/completions", chat],
    ["/api/v1/chat/completions", { ...chat, messages: [{ role: "user", content: [image] }] }],
    ["/api/v1/batch/chat", { requests: [{ model: "mock", messages }, { messages: 1 }], stream }],
    ["/api/v1/embeddings", { model: "all-minilm", prompt: question }],
    ["/api/embed", { model: "all-minilm", input: [question, "b"] }],
    ["/api/chat", { ...chat, messages: [{ role: "user", content: "x".repeat(400_000) }] }],
    ["/api/v1/chat", { messages: Array.from({ length: 2000 }, () => 1) }],
    ["/api/v1/chat", { ...chat, model: `missing-${Math.floor(random() * 1e9)}` }],
    ["/api/chat", '{"model":'],
    ["/api/v1/models"],
    ["/api/v1/queue/stats"],
    ["/api/tags"],
    ["/nothing"],
  ];
  const [path, body] = mix[Math.floor(random() * mix.length)] ?? ["/"];
  return { path, body: typeof body === "object" ? JSON.stringify(body) : body };
}

/**
 * Sends the mix until it is told to stop; a fifth of the clients leave in the middle.
 * @param {string} url
 * @param {() => boolean} isOver
 * @returns {Promise<Record<string, number>>} answers by status; `left` and `failed` beside them
 */
export async function soakTraffic(url, isOver) {
  const agent = new http.Agent({ keepAlive: true, maxSockets: CLIENTS });
  const counts = {};
  const client = async (_value, number) => {
    while (!isOver()) {
      const outcome = await oneRequest(url, agent, `soak-${number % TENANTS}`);
      counts[outcome] = (counts[outcome] ?? 0) + 1;
      await delay(PAUSE_MS * 2 * Math.random());
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  agent.destroy();
  return counts;
}

function oneRequest(url, agent, tenant) {
  const { path, body } = pick(Math.random);
  const leaves = Math.random() < LEAVING;
  return new Promise((resolve) => {
    const request = http.request(url + path, {
      agent,
      method: body === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", "x-project-name": tenant },
    });
    const timer = leaves ? setTimeout(() => request.destroy(), 60 * Math.random()) : undefined;
    const end = (outcome) => {
      clearTimeout(timer);
      resolve(outcome);
    };
    request.on("response", (answer) => {
      answer.resume();
      answer.on("end", () => end(String(answer.statusCode)));
      answer.on("error", () => end(leaves ? "left" : "failed"));
      answer.on("close", () => end(leaves ? "left" : "failed"));
    });
    request.on("error", () => end(leaves ? "left" : "failed"));
    request.end(body);
  });
}
