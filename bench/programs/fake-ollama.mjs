// An inference server as plain Ollama behaves when a machine is small: it takes requests in the
// order in which they come, one at a time, and holds so many models at once. Vectors are made
// beside that; all texts have the same.
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { answerLists, sendJson, serve } from "../lib/serve.mjs";

const { values } = parseArgs({
  options: {
    "run-ms": { type: "string" },
    "load-ms": { type: "string" },
    "embed-ms": { type: "string", default: "0" },
    capacity: { type: "string" },
  },
});

const installed = ["one:latest", "two:latest", "all-minilm:latest"];
const loaded = [];
let last = Promise.resolve();

serve((path, body, response) => {
  if (answerLists(path, response, { installed, loaded })) return;
  if (path === "/api/embed") return void embed(JSON.parse(body), response);
  last = last.then(() => infer(JSON.parse(body), response));
});

async function infer({ model, messages }, response) {
  if (response.destroyed) return;
  const name = model.includes(":") ? model : `${model}:latest`;
  await load(name);
  const startedAt = performance.now();
  // A request without messages only loads.
  if (messages) await delay(Number(values["run-ms"]));
  const answer = {
    model,
    message: { role: "assistant", content: "Hello" },
    done: true,
    done_reason: "stop",
    eval_duration: Math.round((performance.now() - startedAt) * 1e6),
  };
  sendJson(response, JSON.stringify(answer));
}

async function embed({ model, input }, response) {
  await delay(Number(values["embed-ms"]));
  const embeddings = [input].flat().map(() => [0.6, 0.8]);
  sendJson(response, JSON.stringify({ model, embeddings, prompt_eval_count: 1 }));
}

async function load(name) {
  if (loaded.includes(name)) return;
  loaded.push(name);
  while (loaded.length > Number(values.capacity)) loaded.shift();
  await delay(Number(values["load-ms"]));
  console.log(JSON.stringify({ event: "model_loaded", model: name }));
}
