import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { loadCompressTask } from "../lib/compress-task.mjs";
import { pillow, withPictureFolder } from "../lib/pillow.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const KINDS = ["photo", "screenshot", "scan", "line art"];
const FORMATS = ["jpeg", "png", "webp"];
/** Just above the usual limit, the usual photograph, and far enough above for decoders to shrink. */
const SIZES = [
  { width: 2700, height: 2025, limit: 2667 },
  { width: 4000, height: 3000, limit: 2667 },
  { width: 6000, height: 4000, limit: 2667 },
  { width: 6000, height: 4000, limit: 1024 },
];
const SSIM_GOAL = 0.005;
const BYTES_GOAL = 1.1;

/** How close results come to lossless Lanczos scaling, and their bytes, beside Pillow's. */
export async function imageQuality() {
  const cases = FORMATS.flatMap((format) =>
    KINDS.flatMap((kind) => SIZES.map((size) => ({ format, kind, ...size }))),
  );
  const results = await withPictureFolder((folder) => measure(folder, cases));
  const missed = results.filter((result) => !isMet(result));
  return {
    title: "Likeness to lossless scaling (SSIM of luma, windows of 8 × 8) and size",
    table: markdownTable(
      ["picture", "SSIM, Pillow", "this service", "KB, Pillow", "this service", "KB, times"],
      results.map((result) => [
        `${result.name}${isMet(result) ? "" : " (missed)"}`,
        figure(result.pillowSsim, 4),
        figure(result.ourSsim, 4),
        figure(result.pillowBytes / 1000, 0),
        figure(result.ourBytes / 1000, 0),
        figure(result.ourBytes / result.pillowBytes),
      ]),
    ),
    goal:
      `at most ${SSIM_GOAL} less alike and at most ${BYTES_GOAL} times as large as Pillow's file ` +
      `(${missed.length} of ${results.length} missed)`,
    isMet: missed.length === 0,
  };
}

async function measure(folder, cases) {
  const compress = await loadCompressTask();
  const results = [];
  for (const { format, kind, width, height, limit } of cases) {
    const name = `${kind}, ${format}, ${width} × ${height} to ${limit}`;
    console.error(name);
    const source = join(folder, "source");
    const ours = join(folder, "ours");
    await pillow("make", kind, width, height, format, source);
    const { base64, sent } = await compress(await readFile(source), {
      format,
      maxDimension: limit,
    });
    await writeFile(ours, Buffer.from(Buffer.from(base64).toString("latin1"), "base64"));
    const judgement = await pillow("judge", source, limit, format, ours);
    results.push({ name, ourBytes: sent.bytes, ...judgement });
  }
  return results;
}

const isMet = ({ sameSize, ourSsim, pillowSsim, ourBytes, pillowBytes }) =>
  sameSize && ourSsim >= pillowSsim - SSIM_GOAL && ourBytes <= BYTES_GOAL * pillowBytes;
