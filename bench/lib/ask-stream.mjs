/**
 * A request whose answer comes as a stream, so that of one that is broken off it is known how long
 * it ran: `runMs`, in the server's words where it was not.
 * @typedef {{ tenant: string, sentAt: number, endedAt: number, runMs: number, tokens: number }} Streamed
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
  let last = "";
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
      last = Buffer.from(piece).toString();
      tokens += last.split("\n").length - 1;
    }
  } catch (err) {
    if (!signal.aborted) throw err;
    if (beganAt > 0) endedAt = performance.now();
  }
  if (beganAt === 0) return undefined;
  return { tenant, sentAt, endedAt, runMs: ranMs(last) ?? endedAt - beganAt, tokens };
}

/** What the last line says of the prompt and the answer; undefined where it is none. */
function ranMs(text) {
  const [, promptNs] = /"prompt_eval_duration":(\d+)/.exec(text) ?? [];
  const [, answerNs] = /"eval_duration":(\d+)/.exec(text) ?? [];
  return promptNs && answerNs ? (Number(promptNs) + Number(answerNs)) / 1e6 : undefined;
}
