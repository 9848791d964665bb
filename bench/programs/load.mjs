// The load generator: asks for a while with a number of clients, and prints what it saw as JSON.
import { parseArgs } from "node:util";
import { setTimeout as delay } from "node:timers/promises";
import { Connection } from "../lib/connection.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { quantile } from "../lib/statistics.mjs";
import { wallClockMs } from "../lib/wall-clock.mjs";

const MAX_CLIENTS = 256;
const MAX_SECONDS = 60;
const WARM_UP_MS = 1000;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    clients: { type: "string" },
    seconds: { type: "string" },
    stream: { type: "boolean", default: false },
    /** The process whose usage is counted. */
    pid: { type: "string" },
  },
});
const url = new URL(values.url ?? "");
if (url.hostname !== "127.0.0.1") throw new Error("only 127.0.0.1 is loaded");
const clients = Math.min(MAX_CLIENTS, Number(values.clients));
const seconds = Math.min(MAX_SECONDS, Number(values.seconds));

const startedAt = performance.now();
const countFrom = startedAt + WARM_UP_MS;
const countUntil = countFrom + seconds * 1000;
const seen = { answersMs: [], firstMs: [], lagMs: [], others: {} };

const counting = Promise.all([usageAt(countFrom), usageAt(countUntil)]);
await Promise.all(Array.from({ length: clients }, (_, at) => client(at)));
const [before, after] = await counting;
console.log(JSON.stringify(summary()));

/** One client: a request after the other. Streams begin apart, as people do. */
async function client(at) {
  const connection = new Connection(url);
  if (values.stream) await delay((at * 100) / clients);
  while (performance.now() < countUntil) {
    const outcome = await ask(connection).catch(() => "broken off");
    if (outcome !== 200) seen.others[outcome] = (seen.others[outcome] ?? 0) + 1;
    // A server that is not there is not asked a thousand times.
    if (outcome === "broken off") await delay(50);
  }
  connection.close();
}

async function ask(connection) {
  const sentAt = performance.now();
  let firstAt = 0;
  let rest = "";
  const status = await connection.send(request(), (text) => {
    firstAt ||= performance.now();
    if (values.stream) rest = noteChunks(rest + text);
  });
  const endedAt = performance.now();
  if (status === 200 && sentAt >= countFrom && firstAt < countUntil) {
    seen.firstMs.push(firstAt - sentAt);
  }
  if (status === 200 && endedAt >= countFrom && endedAt < countUntil) {
    seen.answersMs.push(endedAt - sentAt);
  }
  return status;
}

/** Notes how long each whole chunk was on its way; returns what is not whole yet. */
function noteChunks(text) {
  const end = text.lastIndexOf("\n") + 1;
  const now = performance.now();
  if (now >= countFrom && now < countUntil) {
    for (const [, writtenAt] of text.slice(0, end).matchAll(/@([\d.]+)@/g)) {
      seen.lagMs.push(wallClockMs() - Number(writtenAt));
    }
  }
  return text.slice(end);
}

function request() {
  const body = JSON.stringify({
    model: "mock:latest",
    stream: values.stream,
    messages: [{ role: "user", content: "Why is the sky blue?" }],
  });
  const head = [
    `POST ${url.pathname} HTTP/1.1`,
    `Host: ${url.host}`,
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  return `${head.join("\r\n")}\r\n\r\n${body}`;
}

async function usageAt(at) {
  await delay(at - performance.now());
  return values.pid ? processUsage(Number(values.pid)) : undefined;
}

function summary() {
  const used = (key) => (before && after ? after[key] - before[key] : Number.NaN);
  const [cpuUs, mainUs] = [used("cpuUs"), used("mainUs")];
  return {
    answers: seen.answersMs.length,
    chunks: seen.lagMs.length,
    perSecond: seen.answersMs.length / seconds,
    p50Ms: quantile(seen.answersMs, 0.5),
    p99Ms: quantile(seen.answersMs, 0.99),
    firstP50Ms: quantile(seen.firstMs, 0.5),
    lagP50Ms: quantile(seen.lagMs, 0.5),
    lagP99Ms: quantile(seen.lagMs, 0.99),
    cpuUsPerAnswer: cpuUs / seen.answersMs.length,
    mainUsPerAnswer: mainUs / seen.answersMs.length,
    cpuUsPerChunk: cpuUs / seen.lagMs.length,
    mainUsPerChunk: mainUs / seen.lagMs.length,
    rssMb: after?.rssMb,
    others: seen.others,
  };
}
