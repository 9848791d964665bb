import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { pillow, withPictureFolder } from "../lib/pillow.mjs";
import { Program } from "../lib/program.mjs";
import { startService } from "../lib/service.mjs";
import { quantile } from "../lib/statistics.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const STREAMS = 32;
const SECONDS = 12;
const THREADS = 2;
const CHUNK_GOAL_MS = 25;
const LOOP_GOAL_MS = 10;

const SETTINGS = {
  QUEUE_CHAT_MAX_CONCURRENT: "100",
  QUEUE_VLM_MAX_CONCURRENT: "50",
  TENANT_MAX_TEXT: "100",
  TENANT_MAX_VLM: "100",
  UPSTREAM_PARALLEL: "100",
  RATE_LIMIT_ENABLED: "false",
  VLM_MAX_BODY_BYTES: "67108864",
  WORKER_THREADS: String(THREADS),
  OLLAMA_DEFAULT_VLM_MODEL: "mock:latest",
};

/** Streams through the service, alone and while all its threads compress without pause. */
export async function compressBesideStreams() {
  const [alone, beside] = await withPictureFolder(measure);
  const isMet = beside.lagP99Ms < CHUNK_GOAL_MS && beside.loopP99Ms < LOOP_GOAL_MS;
  const row = (name, seen) => [
    name,
    figure(seen.lagP50Ms),
    figure(seen.lagP99Ms),
    figure(seen.loopP50Ms),
    figure(seen.loopP99Ms),
    String(seen.images),
    seen.others,
  ];
  return {
    title: `${STREAMS} streams beside ${THREADS} threads that compress 12-megapixel JPEGs`,
    table: markdownTable(
      ["", "chunk lag p50 ms", "p99 ms", "event loop's lag p50 ms", "p99 ms", "images", "not 200"],
      [row("streams alone", alone), row("while compressing", beside)],
    ),
    goal: `chunk lag p99 under ${CHUNK_GOAL_MS} ms and the event loop's under ${LOOP_GOAL_MS} ms`,
    isMet,
  };
}

async function measure(folder) {
  const picture = join(folder, "photo.jpg");
  await pillow("make", "photo", 4000, 3000, "jpeg", picture);
  const mock = new Program(process.execPath, [programFile("mock-server")]);
  try {
    const origin = await mock.listening();
    return [await streams(origin, folder), await streams(origin, folder, picture)];
  } finally {
    await mock.stop();
  }
}

/** @param {string} [picture] what is compressed meanwhile */
async function streams(origin, folder, picture) {
  const lagFile = join(folder, "loop-lag.json");
  const service = await startService(
    { ...SETTINGS, OLLAMA_BASE_URL: origin, LOOP_LAG_FILE: lagFile },
    { preload: fileURLToPath(new URL("../lib/loop-lag.mjs", import.meta.url)) },
  );
  try {
    const pictures =
      picture &&
      program(
        "image-load",
        "--url",
        service.url,
        "--picture",
        picture,
        "--clients",
        THREADS + 1,
        "--seconds",
        SECONDS + 3,
      );
    // The threads have started, and load the library, before anything is counted.
    if (pictures) await delay(2000);
    const load = program(
      "load",
      "--url",
      `${service.url}/v1/chat/completions`,
      "--clients",
      STREAMS,
      "--seconds",
      SECONDS - 2,
      "--stream",
    );
    process.kill(service.pid, "SIGUSR2");
    const seen = JSON.parse(await load.finished());
    process.kill(service.pid, "SIGUSR2");
    const lags = await service.until(
      () => readFile(lagFile, "utf8").then(JSON.parse, () => undefined),
      "the event loop's lags",
    );
    const compressed = pictures ? JSON.parse(await pictures.finished()) : { images: 0, others: {} };
    return {
      lagP50Ms: seen.lagP50Ms,
      lagP99Ms: seen.lagP99Ms,
      loopP50Ms: quantile(lags, 0.5),
      loopP99Ms: quantile(lags, 0.99),
      images: compressed.images,
      others: othersOf({ ...seen.others, ...compressed.others }),
    };
  } finally {
    await service.stop();
  }
}

function othersOf(others) {
  return (
    Object.entries(others)
      .map(([status, count]) => `${count} × ${status}`)
      .join(", ") || "0"
  );
}

function program(name, ...args) {
  return new Program(process.execPath, [programFile(name), ...args.map(String)]);
}

function programFile(name) {
  return fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));
}
