// What the service adds in front of the same mock server, beside nothing and nginx:
//   npm run bench [-- --rounds 3 --seconds 4 --only direct,service --json FILE]
// Targets take turns, so that whatever else the machine does meets all of them. Only the ratios
// of one run travel to another machine.
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findNginx, startNginx } from "./lib/nginx.mjs";
import { Program } from "./lib/program.mjs";
import { startService } from "./lib/service.mjs";
import { median } from "./lib/statistics.mjs";
import { figure, markdownTable } from "./lib/table.mjs";

const CASES = [
  { name: "1 client", args: ["--clients", "1"] },
  { name: "32 clients", args: ["--clients", "32"] },
  { name: "64 streams", args: ["--clients", "64", "--stream"] },
];
const TARGETS = ["direct", "nginx", "service"];
const MAX_ROUNDS = 20;

/** No queueing: the cost of passing through is measured, with every guard and log on. */
const SERVICE_SETTINGS = {
  QUEUE_CHAT_MAX_CONCURRENT: "100",
  TENANT_MAX_TEXT: "100",
  UPSTREAM_PARALLEL: "100",
};

const { values: options } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    /** Counted seconds of each load, after one of warming up; a stream takes two. */
    seconds: { type: "string", default: "4" },
    only: { type: "string", default: TARGETS.join(",") },
    json: { type: "string" },
  },
});

const wanted = options.only.split(",");
const unknown = wanted.filter((name) => !TARGETS.includes(name));
if (unknown.length > 0)
  throw new Error(`--only takes ${TARGETS.join(", ")}, not ${unknown.join(", ")}`);

const mock = new Program(process.execPath, [
  programFile("mock-server"),
  ...["--chunks", "100", "--gap-ms", "20"],
]);
const targets = [];
try {
  await startTargets(await mock.listening());
  const results = await measure();
  console.log(table(results));
  if (options.json) await writeFile(options.json, JSON.stringify(results, undefined, 1));
} finally {
  for (const target of targets) await target.stop();
  await mock.stop();
}

/** Fills `targets`. */
async function startTargets(origin) {
  const nginx = findNginx();
  if (!nginx && wanted.includes("nginx")) console.error("nginx is not installed: left out");
  for (const name of wanted) {
    if (name === "direct") targets.push({ name, url: origin, stop: async () => {} });
    if (name === "nginx" && nginx) targets.push({ name, ...(await startNginx(nginx, origin)) });
    if (name === "service") {
      const settings = { ...SERVICE_SETTINGS, OLLAMA_BASE_URL: origin };
      targets.push({ name, ...(await startService(settings)) });
    }
  }
}

/** Rows of the table, with the results of each round. */
async function measure() {
  const rows = CASES.flatMap(({ name, args }) =>
    targets.map((target) => ({ load: name, args, target, rounds: [] })),
  );
  const rounds = Math.min(MAX_ROUNDS, Number(options.rounds));
  for (let round = 1; round <= rounds; round += 1) {
    for (const { load, args, target, rounds: results } of rows) {
      console.error(`round ${round} of ${rounds}: ${load}, ${target.name}`);
      results.push(await runLoad(target, args));
    }
  }
  return rows.map(({ load, target, rounds: results }) => ({
    load,
    target: target.name,
    rounds: results,
  }));
}

async function runLoad({ url, pid }, args) {
  const load = new Program(process.execPath, [
    programFile("load"),
    ...["--url", `${url}/v1/chat/completions`, "--seconds", options.seconds],
    ...(pid ? ["--pid", String(pid)] : []),
    ...args,
  ]);
  return JSON.parse(await load.finished());
}

/** Medians over the rounds; in brackets how many times nginx's figure it is. */
function table(results) {
  const rows = results.map((row) => {
    const nginx = results.find((other) => other.load === row.load && other.target === "nginx");
    const one = (key, digits) => figure(median(column(row, key)), digits);
    const beside = (key, digits) => {
      const ratio = nginx ? median(column(row, key)) / median(column(nginx, key)) : Number.NaN;
      return Number.isNaN(ratio) ? one(key, digits) : `${one(key, digits)} (${ratio.toFixed(2)})`;
    };
    const isStream = row.load.endsWith("streams");
    return [
      row.load,
      row.target,
      ...(isStream ? ["–", "–", "–"] : [beside("p50Ms"), beside("p99Ms"), beside("perSecond", 0)]),
      ...(isStream
        ? [beside("firstP50Ms"), beside("lagP50Ms"), beside("lagP99Ms")]
        : ["–", "–", "–"]),
      isStream ? "–" : beside("cpuUsPerAnswer", 0),
      isStream ? beside("cpuUsPerChunk", 0) : "–",
      one("rssMb", 0),
      others(row.rounds),
    ];
  });
  return markdownTable(
    [
      ...["load", "in front", "p50 ms", "p99 ms", "requests/s"],
      ...["first chunk ms", "chunk lag p50 ms", "p99 ms"],
      ...["CPU µs a request", "CPU µs a chunk", "RSS MB", "not 200"],
    ],
    rows,
  );
}

function column({ rounds }, key) {
  return rounds.map((round) => round[key] ?? Number.NaN).filter((value) => !Number.isNaN(value));
}

/** Answers other than 200, over all rounds. */
function others(rounds) {
  const counts = new Map();
  for (const [status, count] of rounds.flatMap((round) => Object.entries(round.others))) {
    counts.set(status, (counts.get(status) ?? 0) + count);
  }
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(", ") || "0";
}

function programFile(name) {
  return fileURLToPath(new URL(`programs/${name}.mjs`, import.meta.url));
}
