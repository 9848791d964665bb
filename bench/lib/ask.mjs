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
  const tookMs = performance.now() - sentAt;
  const tokens = said.eval_count ?? 0;
  return { status: answer.status, sentAt, tookMs, runMs: ranNs(said) / 1e6, tokens };
}

/** Embeddings tell only the whole, and the load. */
function ranNs({ prompt_eval_duration, eval_duration = 0, total_duration = 0, load_duration = 0 }) {
  if (prompt_eval_duration === undefined) return total_duration - load_duration;
  return prompt_eval_duration + eval_duration;
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
