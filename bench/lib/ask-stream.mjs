/**
 * A request whose answer comes as a stream, so that of one that is broken off it is known how long
 * it ran.
 * @typedef {{ tenant: string, sentAt: number, beganAt: number, endedAt: number, tokens: number }} Streamed
 */

/**
 * Sends a request and reads its answer, to the end or to the signal.
 * @param {string} origin
 * @param {{ path: string, body: object }} question
 * @param {string} tenant
 * @param {AbortSignal} signal
 * @returns {Promise<Streamed | undefined>} undefined where nothing of the answer has come
 */
export async function askStream(origin, { path, body }, tenant, signal) {
  const sentAt = performance.now();
  let beganAt = 0;
  let endedAt = 0;
  let tokens = 0;
  try {
    const answer = await fetch(origin + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Project-Name": tenant },
      body: JSON.stringify({ ...body, stream: true }),
      signal,
    });
    if (answer.status !== 200) throw new Error(`${tenant}: ${await answer.text()}`);
    for await (const piece of answer.body) {
      endedAt = performance.now();
      beganAt ||= endedAt;
      tokens += Buffer.from(piece).toString().split("\n").length - 1;
    }
  } catch (err) {
    if (!signal.aborted) throw err;
    if (beganAt > 0) endedAt = performance.now();
  }
  return beganAt === 0 ? undefined : { tenant, sentAt, beganAt, endedAt, tokens };
}
