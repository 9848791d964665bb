import { join } from "node:path";
import { Program } from "./program.mjs";
import { projectRoot, startService } from "./service.mjs";

const program = (name) => join(projectRoot, "bench", "programs", name);

/**
 * The service with an agent `helper` of everyone's, whose model and tools do what its prompt says.
 * @typedef {object} AgentSetup
 * @property {string} url
 * @property {number} pid
 * @property {(calls: [string, object][], more?: object, tenant?: string) => Promise<Response>} run
 * @property {(path: string, tenant?: string) => Promise<Response>} post without a body
 * @property {(path: string) => Promise<any>} get
 */

/**
 * Starts it for one measurement.
 * @template T
 * @param {{ turnMs?: number, settings?: Record<string, string>, server?: object }} options
 * @param {(setup: AgentSetup) => Promise<T>} measure
 * @returns {Promise<T>}
 */
export async function withAgents({ turnMs = 0, settings = {}, server = {} }, measure) {
  const fake = new Program(process.execPath, [program("agent-model.mjs")], {
    BENCH_TURN_MS: String(turnMs),
  });
  let service;
  try {
    service = await startService(
      {
        OLLAMA_BASE_URL: await fake.listening(),
        OLLAMA_WARMUP_MODELS: "none",
        RESPONSE_CACHE_ENABLED: "false",
        RATE_LIMIT_ENABLED: "false",
        UPSTREAM_PARALLEL: "1",
        ...settings,
      },
      { mcp: { bench: { command: "node", args: [program("mcp-server.mjs")], ...server } } },
    );
    const { url, pid } = service;
    const send = (path, body, tenant = "acme") =>
      fetch(url + path, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-Project-Name": tenant },
        body: body === undefined ? "" : JSON.stringify(body),
      });
    const created = await send("/api/v1/agents/create", {
      name: "helper",
      role: "You help.",
      model: "fake",
      mcp: ["bench"],
      visibility: "everyone",
    });
    if (created.status !== 200) throw new Error(await created.text());
    return await measure({
      url,
      pid,
      run: (calls, more = {}, tenant) =>
        send("/api/v1/agents/helper/run", { prompt: JSON.stringify({ calls }), ...more }, tenant),
      post: (path, tenant) => send(path, undefined, tenant),
      get: async (path) => (await fetch(url + path)).json(),
    });
  } finally {
    await service?.stop();
    await fake.stop();
  }
}

/** A figure of `GET /metrics`, all its series together. @param {string} url @param {string} name */
export async function metricOf(url, name) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, "gm"))];
  return values.reduce((sum, [, value]) => sum + Number(value), 0);
}
