/**
 * A question for /api/v1/chat whose answer is short and ends by itself, so that it can be kept.
 * @param {string} content
 * @param {object} [more]
 */
export function chatOf(content, more) {
  const messages = [{ role: "user", content }];
  return { messages, stop: [".", "\n"], temperature: 0, max_tokens: 200, ...more };
}

/**
 * Posts a request and reads the answer to its end.
 * @param {string} url the service
 * @param {string} path
 * @param {object} body
 * @param {Record<string, string>} [headers]
 * @returns {Promise<{ status: number, cache: string | null, tookMs: number, totalMs: number }>}
 * `totalMs` is what the service itself says; NaN for streams
 */
export async function post(url, path, body, headers = {}) {
  const sentAt = performance.now();
  const answer = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  await answer.arrayBuffer();
  const tookMs = performance.now() - sentAt;
  const total = /total;dur=([\d.]+)/.exec(answer.headers.get("server-timing") ?? "")?.[1];
  return {
    status: answer.status,
    cache: answer.headers.get("x-cache"),
    tookMs,
    totalMs: Number(total ?? Number.NaN),
  };
}
