import { setTimeout as delay } from "node:timers/promises";
import { modelsFolder, requireTextModel } from "../lib/engine.mjs";
import { freePort } from "../lib/free-port.mjs";
import { startService } from "../lib/service.mjs";
import { figure, markdownTable } from "../lib/table.mjs";
import { quantile } from "../lib/statistics.mjs";

const STARTS = 5;
const GOAL_MS = 3000;
const ASK_AGAIN_MS = 10;

/** From the start of the service's process to `GET /api/v1/health` saying `healthy`. */
export async function serviceStart() {
  requireTextModel();
  const starts = [];
  for (let count = 0; count < STARTS; count += 1) starts.push(await healthyAfterMs());
  const [fastest, middle, slowest] = [0, 0.5, 1].map((share) => quantile(starts, share));
  return {
    title: `Start to healthy, ${STARTS} starts`,
    table: markdownTable(
      ["", "ms"],
      [
        ["fastest", figure(fastest, 0)],
        ["middle", figure(middle, 0)],
        ["slowest", figure(slowest, 0)],
      ],
    ),
    goal: `each within ${GOAL_MS} ms`,
    isMet: slowest < GOAL_MS,
  };
}

async function healthyAfterMs() {
  const port = await freePort();
  const startedAt = performance.now();
  const starting = startService({
    API_PORT: String(port),
    INFERENCE_SERVER: "engine",
    OLLAMA_MODELS: modelsFolder,
  });
  const over = new AbortController();
  try {
    // A start that fails ends the asking.
    const failed = starting.then(() => new Promise(() => {}));
    return await Promise.race([healthy(port, startedAt, over.signal), failed]);
  } finally {
    over.abort();
    await starting.then(
      (service) => service.stop(),
      () => {},
    );
  }
}

/** @param {number} port @param {number} startedAt @param {AbortSignal} signal */
async function healthy(port, startedAt, signal) {
  for (;;) {
    const health = await fetch(`http://127.0.0.1:${port}/api/v1/health`, { signal })
      .then((answer) => answer.json())
      .catch(() => undefined);
    if (health?.status === "healthy") return performance.now() - startedAt;
    await delay(ASK_AGAIN_MS, undefined, { signal });
  }
}
