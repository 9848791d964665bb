import { join } from "node:path";
import { startFakeOllama } from "./fake-ollama.mjs";
import { projectRoot, startService } from "./service.mjs";

/**
 * Ollama on a small machine: one request at a time, one model in memory. A request is long enough
 * that a machine's hiccups do not matter beside it.
 */
const SMALL_MACHINE = {
  models: "one,two,all-minilm",
  parallel: 1,
  capacity: 1,
  "load-ms": 300,
  "first-ms": 200,
};

/** Nothing else is loaded beside what is measured. */
const NO_OTHER_MODELS = { OLLAMA_WARMUP_MODELS: "none", RESPONSE_CACHE_ENABLED: "false" };

/**
 * An inference server and the service in front of it.
 * @typedef {object} Setup
 * @property {string} direct address of the inference server
 * @property {string} gateway address of the service
 * @property {() => Promise<{ loads: number }>} stop tells how many models were loaded
 */

/**
 * Starts both, on the fake or on the embedded engine with real models, for one measurement.
 * @template T
 * @param {{ engine: boolean, settings: Record<string, string>, weights?: Record<string, number> }} options
 * @param {(setup: Setup) => Promise<T>} measure
 * @returns {Promise<{ result: T, loads: number }>}
 */
export async function withInference({ engine, settings, weights }, measure) {
  const setup = await (engine ? onEngine(settings, weights) : onFake(settings));
  const outcome = await measure(setup).then(
    (result) => ({ result }),
    (err) => ({ err }),
  );
  const { loads } = await setup.stop();
  if ("err" in outcome) throw outcome.err;
  return { result: outcome.result, loads };
}

async function onFake(settings) {
  const fake = startFakeOllama(SMALL_MACHINE);
  try {
    const direct = await fake.listening();
    const service = await startService({
      ...NO_OTHER_MODELS,
      // As a server that the service has started says it.
      UPSTREAM_PARALLEL: "1",
      ...settings,
      OLLAMA_BASE_URL: direct,
    });
    return {
      direct,
      gateway: service.url,
      stop: async () => {
        await service.stop();
        await fake.stop();
        return { loads: countLoads(fake.stdout) };
      },
    };
  } catch (err) {
    await fake.stop();
    throw err;
  }
}

async function onEngine(settings, weights) {
  const own = {
    ...NO_OTHER_MODELS,
    INFERENCE_SERVER: "engine",
    OLLAMA_MODELS: process.env.OLLAMA_MODELS ?? join(projectRoot, "models"),
    OLLAMA_MAX_LOADED_MODELS: "1",
    // One request at a time, as Ollama does on a small machine.
    OLLAMA_NUM_PARALLEL: "1",
  };
  const service = await startService({ ...own, ...settings }, { weights });
  try {
    return {
      direct: await service.upstreamUrl(),
      gateway: service.url,
      stop: async () => ({ loads: countLoads((await service.stop()).serverOutput) }),
    };
  } catch (err) {
    await service.stop();
    throw err;
  }
}

/** Both servers write one event a line. */
function countLoads(output) {
  return output.split("\n").filter((line) => line.includes('"event":"model_loaded"')).length;
}
