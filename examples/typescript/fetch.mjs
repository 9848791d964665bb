// The service's own dialect with nothing but fetch: a stream, read piece by piece.
//   node examples/typescript/fetch.mjs
const url = process.env.SHARED_OLLAMA_URL ?? "http://127.0.0.1:8000";

/** Yields the frames of a streamed chat. Leaving the loop early stops the model at once. */
async function* chat(messages, options = {}) {
  const answer = await fetch(`${url}/api/v1/chat`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Project-Name": "fetch-example" },
    body: JSON.stringify({ messages, stream: true, ...options }),
  });
  if (!answer.ok) {
    const { code, error, request_id: id } = await answer.json();
    const wait = answer.headers.get("Retry-After");
    throw new Error(`${code}: ${error} (${id})${wait ? `, try again in ${wait} s` : ""}`);
  }
  let rest = "";
  for await (const text of answer.body.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) {
      if (!line.startsWith("data: ")) continue;
      const frame = JSON.parse(line.slice("data: ".length));
      if (frame.error) throw new Error(`${frame.code}: ${frame.error}`);
      yield frame;
    }
  }
}

const question = [{ role: "user", content: "Why is the sky blue?" }];
for await (const frame of chat(question, { max_tokens: 40 })) {
  process.stdout.write(frame.chunk);
  if (frame.done) console.log(`\n${frame.generation_eval_count} tokens, ${frame.latency_ms} ms`);
}
