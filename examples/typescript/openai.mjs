// The official OpenAI client: only the base URL changes, and names the project. /v1 and /api/v1
// both work.
//   npm install openai
//   node examples/typescript/openai.mjs
import OpenAI from "openai";

const url = process.env.SHARED_OLLAMA_URL ?? "http://127.0.0.1:8000";
const model = process.env.MODEL ?? "smollm2:135m";

for (const path of ["/v1", "/api/v1"]) {
  console.log("==", path);
  const openai = new OpenAI({
    baseURL: `${url}/project/openai-example${path}`,
    apiKey: "none", // the client wants one; the service does not look at it
  });

  const answer = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Say hello in one sentence." }],
    max_tokens: 30,
  });
  console.log(answer.choices[0]?.message.content);

  const stream = await openai.chat.completions.create({
    model,
    messages: [{ role: "user", content: "Why is the sky blue?" }],
    max_tokens: 30,
    stream: true,
  });
  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta.content ?? "");
  console.log();

  const { data } = await openai.embeddings.create({ model: "all-minilm", input: ["a cat"] });
  console.log(data[0]?.embedding.length, "numbers");
}
