/**
 * Sends a request and reads its answer to the end; `runMs` is how long the server worked on it.
 * @param {string} origin
 * @param {{ path: string, body: object }} question
 * @param {string} tenant
 * @param {AbortSignal} [signal]
 */
export async function ask(origin, { path, body }, tenant, signal) {
  const sentAt = performance.now();
  const answer = await fetch(origin + path, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-Project-Name": tenant },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
  const said = await answer.json();
  const { prompt_eval_duration: readNs = 0, eval_duration: writeNs = 0, eval_count = 0 } = said;
  const tookMs = performance.now() - sentAt;
  const tokens = eval_count;
  return { status: answer.status, sentAt, tookMs, runMs: (readNs + writeNs) / 1e6, tokens };
}

/**
 * A chat request of which it is known how long it runs.
 * @param {string} model
 * @param {number} tokens
 */
export function chat(model, tokens) {
  const options = { num_predict: tokens, temperature: 0 };
  const messages = [{ role: "user", content: "Count from one to one hundred, in words." }];
  return { path: "/api/chat", body: { model, messages, options, stream: false } };
}
