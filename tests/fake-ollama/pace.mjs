// @ts-check
/** @typedef {import("node:http").ServerResponse} ServerResponse */

/**
 * Waits so long, which may be for ever, or until the client has gone.
 * @param {number} ms
 * @param {ServerResponse} response
 * @returns {Promise<void>}
 */
export function pause(ms, response) {
  if (ms <= 0 || response.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      response.off("close", end);
      resolve();
    };
    const timer = Number.isFinite(ms) ? setTimeout(end, ms) : undefined;
    response.on("close", end);
  });
}

/**
 * Sends the parts of a body, `gapMs` from one to the next, until there are no more or the client
 * has gone. What a timer is late by is made up for by the next.
 * @param {ServerResponse} response
 * @param {Iterable<string | Uint8Array>} parts
 * @param {number} gapMs
 */
export async function sendPaced(response, parts, gapMs) {
  let dueAt = performance.now();
  for (const part of parts) {
    const waitMs = dueAt - performance.now();
    if (waitMs > 0) await pause(waitMs, response);
    if (response.destroyed) return;
    response.write(part);
    dueAt += gapMs;
  }
  response.end();
}

/**
 * Sends a JSON body: its first half at once, the other `bodyMs` later.
 * @param {ServerResponse} response
 * @param {object | null} value
 * @param {{ status?: number, bodyMs?: number }} [options]
 */
export async function sendJson(response, value, { status = 200, bodyMs = 0 } = {}) {
  const bytes = Buffer.from(JSON.stringify(value));
  const half = bytes.length / 2;
  response.writeHead(status, {
    "Content-Type": "application/json; charset=utf-8",
    "Content-Length": bytes.length,
  });
  await sendPaced(response, [bytes.subarray(0, half), bytes.subarray(half)], bodyMs);
}

/** @param {ServerResponse} response @param {string} text @param {number} [status] */
export function sendText(response, text, status = 200) {
  response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
  response.end(text);
}
