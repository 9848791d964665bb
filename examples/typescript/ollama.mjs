// The official Ollama client: only the host changes.
//   npm install ollama
//   node examples/typescript/ollama.mjs
import { Ollama } from "ollama";

const host = process.env.SHARED_OLLAMA_URL ?? "http://127.0.0.1:8000";
const model = process.env.MODEL ?? "smollm2:135m";
const ollama = new Ollama({ host, headers: { "X-Project-Name": "ollama-example" } });

const answer = await ollama.chat({
  model,
  messages: [{ role: "user", content: "Say hello in one sentence." }],
  options: { num_predict: 30 },
});
console.log(answer.message.content);

const stream = await ollama.generate({
  model,
  prompt: "The sky is blue because",
  stream: true,
  options: { num_predict: 30 },
});
for await (const part of stream) process.stdout.write(part.response);
console.log();

const { embeddings } = await ollama.embed({ model: "all-minilm", input: ["a cat", "the sun"] });
console.log(embeddings.length, "vectors of", embeddings[0]?.length, "numbers");
