// Whether the service stays as it is under ten minutes of mixed traffic, a fifth of which leaves:
//   npm run soak [-- --minutes 10]
// Counts from two fifths of the time on, when caches and compiled code have their size. Memory is
// what is left after a collection: what is not collected yet says nothing. Ends with code 1 when it
// or descriptors grow, or a client that stayed was not answered.
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { startFakeOllama } from "./lib/fake-ollama.mjs";
import { memoryReports } from "./lib/memory-reports.mjs";
import { startService } from "./lib/service.mjs";
import { slopeOf } from "./lib/slope.mjs";
import { figure, markdownTable } from "./lib/table.mjs";
import { soakTraffic } from "./scenarios/soak-traffic.mjs";

const SAMPLE_MS = 10_000;
const WARM_UP = 0.4;
const MB = 1_000_000;

const SETTINGS = {
  RATE_LIMIT_ENABLED: "false",
  UPSTREAM_PARALLEL: "4",
  OLLAMA_DEFAULT_VLM_MODEL: "mock:latest",
  RESPONSE_CACHE_MAX_SIZE: "500",
  EMBEDDING_CACHE_MAX_SIZE: "500",
};

/** A few milliseconds a request. */
const FAKE = {
  models: "mock,all-minilm",
  vision: "mock",
  pieces: 7,
  dimensions: 384,
  "first-ms": 4,
  "body-ms": 24,
};

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);

const server = startFakeOllama(FAKE);
const folder = await mkdtemp(join(tmpdir(), "shared-ollama-soak-"));
const reports = memoryReports(join(folder, "report.json"));
const service = await startService(
  { ...SETTINGS, ...reports.settings, OLLAMA_BASE_URL: await server.listening() },
  reports,
);
try {
  const until = performance.now() + minutes * 60_000;
  const traffic = soakTraffic(service.url, () => performance.now() > until);
  const samples = await sampled(until);
  report(await traffic, samples, await atRest());
} finally {
  await service.stop();
  await server.stop();
  await rm(folder, { recursive: true });
}

/** Memory in MB, descriptors and threads, every few seconds; `at` in minutes. */
async function sampled(until) {
  const samples = [];
  const startedAt = performance.now();
  while (performance.now() < until) {
    await delay(SAMPLE_MS);
    const { heapUsed, external, rss } = await reports.ask(service);
    const [files, threads] = await Promise.all([entries("fd"), entries("task")]);
    const at = (performance.now() - startedAt) / 60_000;
    const held = (heapUsed + external) / MB;
    samples.push({ at, "held memory": held, "resident memory": rss / MB, files, threads });
  }
  return samples;
}

async function entries(folder) {
  return (await readdir(`/proc/${service.pid}/${folder}`)).length;
}

/** What is still held when all clients have gone. */
async function atRest() {
  for (let tries = 0; tries < 100; tries += 1) {
    const stats = await (await fetch(`${service.url}/api/v1/queue/stats`)).json();
    const held = stats.queued + stats.in_progress + stats.vlm.queued + stats.vlm.in_progress;
    if (held === 0) return 0;
    await delay(100);
  }
  return 1;
}

function report(counts, samples, held) {
  const counted = samples.filter(({ at }) => at >= minutes * WARM_UP);
  const rows = ["held memory", "resident memory", "files", "threads"].map((kind) => {
    const points = counted.map((sample) => ({ at: sample.at, value: sample[kind] }));
    return { kind, points, ...slopeOf(points) };
  });
  const growing = rows.filter(({ low }) => low > 0);
  const failed = (counts["failed"] ?? 0) + (counts["500"] ?? 0);
  console.log(
    markdownTable(
      ["", "first", "last", "a minute", "95 % interval"],
      rows.map(({ kind, points, slope, low, high }) => [
        kind,
        figure(points.at(0)?.value, 1),
        figure(points.at(-1)?.value, 1),
        figure(slope, 3),
        `${figure(low, 3)} to ${figure(high, 3)}`,
      ]),
    ),
  );
  console.log(`\nAnswers: ${JSON.stringify(counts)}; held at the end: ${held}.`);
  const isMet = growing.length === 0 && failed === 0 && held === 0;
  console.log(`\nGoal ${isMet ? "met" : "missed"}: nothing grows, nobody is left without answer.`);
  if (!isMet) process.exitCode = 1;
}
