// node-llama-cpp alone: loads the model, then measures one answer for each request it gets.
import { parseArgs } from "node:util";
import { LlamaLogLevel, getLlama } from "node-llama-cpp";
import { sendJson, serve } from "../lib/serve.mjs";

const { values } = parseArgs({
  options: {
    weights: { type: "string", default: "" },
    threads: { type: "string", default: "1" },
    prompt: { type: "string", default: "" },
    tokens: { type: "string", default: "100" },
  },
});

const threads = Number(values.threads);
const llama = await getLlama({
  build: "never",
  gpu: false,
  maxThreads: threads,
  logLevel: LlamaLogLevel.error,
  progressLogs: false,
});
const model = await llama.loadModel({ modelPath: values.weights });
const context = await model.createContext({ contextSize: 4096, threads });
const sequence = context.getSequence();
const sampling = { temperature: 0.8, topK: 40, topP: 0.9, seed: 1, yieldEogToken: true };

/** Tokens a second from the first token on. */
async function measure() {
  await sequence.clearHistory();
  let firstAt = 0;
  let count = 0;
  for await (const _ of sequence.evaluate(model.tokenize(values.prompt, true), sampling)) {
    if (count === 0) firstAt = performance.now();
    count += 1;
    if (count > Number(values.tokens)) break;
  }
  return ((count - 1) / (performance.now() - firstAt)) * 1000;
}

serve((_path, _body, response) => {
  void measure().then((tokensPerSec) => sendJson(response, JSON.stringify({ tokensPerSec })));
});
