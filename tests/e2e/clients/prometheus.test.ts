import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { Exposition } from "../../../src/metrics/exposition.ts";
import { RequestMetrics } from "../../../src/metrics/request-metrics.ts";
import { askOfAllKinds, startServiceOfAllKinds } from "../../support/all-kinds.ts";
import { NOON_MS, randomRequests } from "../../support/ended-requests.ts";
import { noPython, pythonTests, runPythonTests } from "../../support/python-tests.ts";

const HOUR_MS = 3_600_000;

/** The text of a service that was asked for all kinds of things. */
async function running(): Promise<string> {
  const { gateway } = await startServiceOfAllKinds();
  await askOfAllKinds(gateway, "acme/one:two@three");
  return (await gateway.get("/metrics")).text();
}

/** The same records twice: as a program may read them, and as they are counted. */
async function counted(): Promise<{ records: string; counted: string }> {
  const requests = randomRequests({ count: 10_000, fromMs: NOON_MS, toMs: NOON_MS + HOUR_MS });
  const metrics = new RequestMetrics();
  for (const request of requests) metrics.ended(request);
  const { all, byProject } = metrics.registries;
  return {
    records: requests.map((request) => JSON.stringify(request)).join("\n"),
    counted: await new Exposition(() => [[all], byProject]).read(),
  };
}

it.skipIf(noPython)(
  "Prometheus' parser for Python reads it, and counts the same",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "shared-ollama-test-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const texts = { ...(await counted()), running: await running() };
    const files: Record<string, string> = {};
    for (const [name, text] of Object.entries(texts)) {
      files[name] = join(folder, name);
      await writeFile(files[name], text);
    }
    const results = await runPythonTests("prometheus_tests", files);
    expect(Object.fromEntries(results)).toEqual(
      Object.fromEntries(pythonTests("prometheus_tests").map((name) => [name, "passed"])),
    );
  },
  120_000,
);
