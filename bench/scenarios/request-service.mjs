import { fileURLToPath } from "node:url";
import { pairedMedian } from "../lib/paired.mjs";
import { Program } from "../lib/program.mjs";
import { startService } from "../lib/service.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const ROUNDS = 16;
const SECONDS = 4;
/** Beside the warm-up of each load: a service runs for days, compilers need seconds. */
const WARM_UP_ROUNDS = 1;
const LOADS = [
  ["requests", ["--clients", "16"]],
  ["streams", ["--clients", "32", "--stream"]],
];

/** Without a queue: what is measured is the way through. */
const SETTINGS = {
  QUEUE_CHAT_MAX_CONCURRENT: "100",
  TENANT_MAX_TEXT: "100",
  UPSTREAM_PARALLEL: "100",
};

const CHUNK_GOAL = 1.02;
const REQUEST_GOAL_US = 80;

/** What the records cost a whole service: beside one that keeps none. */
export async function requestService() {
  const mock = program("mock-server", "--chunks", "200", "--gap-ms", "20");
  const services = [];
  try {
    const origin = await mock.listening();
    for (const kept of ["true", "false"]) {
      const settings = { ...SETTINGS, OLLAMA_BASE_URL: origin, REQUEST_LOG_ENABLED: kept };
      services.push(await startService(settings));
    }
    return shown(await measure(services));
  } finally {
    for (const service of services) await service.stop();
    await mock.stop();
  }
}

/**
 * Both at the same time, so that whatever else the machine does meets both alike.
 * @returns the pairs of each load: with records and without
 */
async function measure([on, off]) {
  const pairs = { requests: [], streams: [] };
  for (let round = -WARM_UP_ROUNDS; round < ROUNDS; round += 1) {
    for (const [name, args] of LOADS) {
      const [withRecords, without] = await Promise.all([load(on, args), load(off, args)]);
      if (round >= 0) pairs[name].push({ on: withRecords, off: without });
    }
  }
  return pairs;
}

async function load({ url, pid }, args) {
  const about = ["--url", `${url}/v1/chat/completions`, "--pid", pid, "--seconds", SECONDS];
  const seen = JSON.parse(await program("load", ...about, ...args).finished());
  const others = Object.keys(seen.others);
  if (others.length > 0) throw new Error(`not all were answered: ${others.join(", ")}`);
  return seen;
}

function shown({ requests, streams }) {
  const row = (what, pairs, key, digits) => {
    const of = (side) => median(pairs.map((pair) => pair[side][key]));
    const ratio = pairedMedian(pairs.map(({ on, off }) => on[key] / off[key]));
    const more = pairedMedian(pairs.map(({ on, off }) => on[key] - off[key]));
    const cells = [of("on"), of("off")].map((value) => figure(value, digits));
    return {
      ratio,
      more,
      cells: [what, ...cells, interval(more, digits), interval(ratio, 3)],
    };
  };
  const chunk = row("CPU µs a chunk, all threads", streams, "cpuUsPerChunk", 1);
  const request = row("CPU µs a request, all threads", requests, "cpuUsPerAnswer", 1);
  const rows = [
    chunk,
    row("CPU µs a chunk, main thread", streams, "mainUsPerChunk", 1),
    row("chunk lag p50 ms", streams, "lagP50Ms", 2),
    row("chunk lag p99 ms", streams, "lagP99Ms", 2),
    request,
    row("CPU µs a request, main thread", requests, "mainUsPerAnswer", 1),
    row("request p50 ms", requests, "p50Ms", 2),
    row("requests a second", requests, "perSecond", 0),
  ];
  return {
    title: `A service with records beside one without, ${ROUNDS} rounds of both at once, medians with 95 % intervals`,
    table: markdownTable(
      ["", "with", "without", "more", "ratio"],
      rows.map(({ cells }) => cells),
    ),
    goal: `a chunk at most ${CHUNK_GOAL} times as dear, ${REQUEST_GOAL_US} µs more a request`,
    isMet: chunk.ratio.median <= CHUNK_GOAL && request.more.median <= REQUEST_GOAL_US,
  };
}

function interval({ median: middle, low, high }, digits) {
  return `${figure(middle, digits)} (${figure(low, digits)} to ${figure(high, digits)})`;
}

function program(name, ...args) {
  const file = fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));
  return new Program(process.execPath, [file, ...args.map(String)]);
}
