// How long bodies that are made to harm hold up the service's main thread, at its default limits,
// and what of their memory is left afterwards:
//   npm run bench:hostile              (on Bun: bun bench/hostile.mjs)
// Ends with code 1 when a goal is missed.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ATTACKS } from "./lib/attacks.mjs";
import { startFakeOllama } from "./lib/fake-ollama.mjs";
import { memoryReports } from "./lib/memory-reports.mjs";
import { startService } from "./lib/service.mjs";
import { figure, markdownTable } from "./lib/table.mjs";

const MIB = 1_048_576;
const LONGEST_BLOCK_MS = 100;
const MOST_LEFT_MIB = 50;
const TIMES = 3;

const { values } = parseArgs({ options: { only: { type: "string" } } });

const folder = await mkdtemp(join(tmpdir(), "shared-ollama-hostile-"));
const reports = memoryReports(join(folder, "report.json"));
const fake = startFakeOllama({ models: "one,all-minilm" });
const settings = { OLLAMA_BASE_URL: await fake.listening(), ...reports.settings };
const service = await startService(settings, reports);
try {
  await reports.ask(service);
  // A first request has code compiled and connections opened.
  await post("/api/chat", '{"model":"one:latest","messages":[{"role":"user","content":"hi"}]}');
  const rows = [];
  for (const { name, path, body, times = TIMES } of ATTACKS) {
    if (values.only !== undefined && !name.includes(values.only)) continue;
    const before = await reports.ask(service);
    const text = body();
    const statuses = new Set();
    for (let i = 0; i < times; i += 1) statuses.add(await post(path, text));
    const after = await reports.ask(service);
    rows.push({
      name,
      statuses: [...statuses].join(" "),
      worstMs: after.worstMs,
      leftMib: (heldBy(after) - heldBy(before)) / MIB,
    });
  }
  const isOver = ({ worstMs, leftMib }) => worstMs > LONGEST_BLOCK_MS || leftMib > MOST_LEFT_MIB;
  const cells = rows.map((row) => [
    `${row.name}${isOver(row) ? " (missed)" : ""}`,
    row.statuses,
    figure(row.worstMs, 0),
    figure(row.leftMib, 1),
  ]);
  console.log(markdownTable(["attack", "status", "main thread held up, ms", "left, MiB"], cells));
  console.log(`\nGoal: at most ${LONGEST_BLOCK_MS} ms, and ${MOST_LEFT_MIB} MiB left.`);
  if (rows.some(isOver)) process.exitCode = 1;
} finally {
  await service.stop();
  await fake.stop();
  await rm(folder, { recursive: true, force: true });
}

/** @param {{ heapUsed: number, external: number }} report array buffers are part of the external. */
function heldBy({ heapUsed, external }) {
  return heapUsed + external;
}

/** @param {string} path @param {string} body */
async function post(path, body) {
  const headers = { "content-type": "application/json", "x-project-name": crypto.randomUUID() };
  const answer = await fetch(service.url + path, { method: "POST", headers, body });
  await answer.arrayBuffer();
  return answer.status;
}
