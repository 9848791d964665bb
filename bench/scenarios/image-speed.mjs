import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCompressTask } from "../lib/compress-task.mjs";
import { pillow, withPictureFolder } from "../lib/pillow.mjs";
import { median } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const SIZE = [4000, 3000];
const LIMIT = 2667;
const ROUNDS = 7;
const GOAL = 1.7;

/** One photograph of 12 megapixels made ready, beside what Pillow needs for it. */
export async function imageSpeed() {
  const rounds = await withPictureFolder(measure);
  const ours = rounds.map((round) => round.ours);
  const theirs = rounds.map((round) => round.theirs);
  const ratio = (key) => column(theirs, key) / column(ours, key);
  return {
    title: `A JPEG of ${SIZE.join(" × ")} to ${LIMIT} pixels, median of ${ROUNDS} rounds`,
    table: markdownTable(
      ["", "ms", "CPU ms", "KB"],
      [
        ["Pillow", ...figures(theirs)],
        ["this service", ...figures(ours)],
        ["times as fast", figure(ratio("wallMs")), figure(ratio("cpuMs")), ""],
      ],
    ),
    goal: `at least ${GOAL} times as fast as Pillow`,
    isMet: ratio("wallMs") >= GOAL,
  };
}

async function measure(folder) {
  const file = join(folder, "photo.jpg");
  await pillow("make", "photo", ...SIZE, "jpeg", file);
  const compress = await loadCompressTask();
  const bytes = await readFile(file);
  await compress(bytes);
  const rounds = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const ours = await timed(compress, bytes);
    rounds.push({ ours, theirs: await pillow("time", file, LIMIT) });
  }
  return rounds;
}

async function timed(compress, bytes) {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const { sent } = await compress(bytes, { maxDimension: LIMIT });
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  return { wallMs, cpuMs: (user + system) / 1000, bytes: sent.bytes };
}

const column = (rounds, key) => median(rounds.map((round) => round[key]));

const figures = (rounds) => [
  figure(column(rounds, "wallMs"), 0),
  figure(column(rounds, "cpuMs"), 0),
  figure(column(rounds, "bytes") / 1000, 0),
];
