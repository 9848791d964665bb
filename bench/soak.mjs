// Whether the service stays as it is under ten minutes of mixed traffic, a fifth of which leaves:
//   npm run soak [-- --minutes 10]
// Counts from two fifths of the time on, when caches and compiled code have their size. Ends with
// code 1 when memory or descriptors grow, or a client that stayed was not answered.
import { readdir } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { processUsage } from "./lib/process-usage.mjs";
import { Program } from "./lib/program.mjs";
import { startService } from "./lib/service.mjs";
import { slopeOf } from "./lib/slope.mjs";
import { figure, markdownTable } from "./lib/table.mjs";
import { soakTraffic } from "./scenarios/soak-traffic.mjs";

const SAMPLE_MS = 1000;
/** One sample falls into a collection, the next does not: their means are looked at. */
const SAMPLES_A_POINT = 15;
const WARM_UP = 0.4;

const SETTINGS = {
  RATE_LIMIT_ENABLED: "false",
  UPSTREAM_PARALLEL: "4",
  OLLAMA_DEFAULT_VLM_MODEL: "mock:latest",
  RESPONSE_CACHE_MAX_SIZE: "500",
  EMBEDDING_CACHE_MAX_SIZE: "500",
};

const { values } = parseArgs({ options: { minutes: { type: "string", default: "10" } } });
const minutes = Number(values.minutes);

const server = new Program(process.execPath, [
  fileURLToPath(new URL("programs/soak-server.mjs", import.meta.url)),
]);
const service = await startService({ ...SETTINGS, OLLAMA_BASE_URL: await server.listening() });
try {
  const until = performance.now() + minutes * 60_000;
  const traffic = soakTraffic(service.url, () => performance.now() > until);
  const samples = await sampled(service.pid, until);
  report(await traffic, samples, await atRest());
} finally {
  await service.stop();
  await server.stop();
}

/** Memory (MB), descriptors and threads, once a second. */
async function sampled(pid, until) {
  const samples = [];
  const startedAt = performance.now();
  while (performance.now() < until) {
    await delay(SAMPLE_MS);
    const usage = await processUsage(pid);
    const [files, threads] = await Promise.all([entries(pid, "fd"), entries(pid, "task")]);
    const at = (performance.now() - startedAt) / 60_000;
    if (usage) samples.push({ at, memory: usage.rssMb, files, threads });
  }
  return samples;
}

async function entries(pid, folder) {
  return (await readdir(`/proc/${pid}/${folder}`)).length;
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
  const rows = ["memory", "files", "threads"].map((kind) => {
    const points = pointsOf(counted, kind);
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

/** Means of a few samples each. */
function pointsOf(samples, kind) {
  const points = [];
  for (let from = 0; from + SAMPLES_A_POINT <= samples.length; from += SAMPLES_A_POINT) {
    const part = samples.slice(from, from + SAMPLES_A_POINT);
    const mean = (pick) => part.reduce((sum, one) => sum + pick(one), 0) / part.length;
    points.push({ at: mean(({ at }) => at), value: mean((one) => one[kind]) });
  }
  return points;
}
