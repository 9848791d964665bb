import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { startFakeOllama } from "../lib/fake-ollama.mjs";
import { pillow, withPictureFolder } from "../lib/pillow.mjs";
import { imageMaker, postImage } from "../lib/post-image.mjs";
import { processUsage } from "../lib/process-usage.mjs";
import { startService } from "../lib/service.mjs";
import { figure, markdownTable } from "../lib/table.mjs";

const IMAGES = 1000;
const FIRST = 100;
const AT_ONCE = 3;
const GOAL = 1.3;
const SHOWN = [0, FIRST, 250, 500, 750, IMAGES];

const SETTINGS = {
  RATE_LIMIT_ENABLED: "false",
  UPSTREAM_PARALLEL: "3",
  VLM_MAX_BODY_BYTES: "67108864",
  OLLAMA_DEFAULT_VLM_MODEL: "mock:latest",
};

/** Memory of the service while a thousand different pictures go through it. */
export async function thousandImages() {
  const seen = await withPictureFolder(measure);
  const growth = seen.get(IMAGES) / seen.get(FIRST);
  return {
    title: `${IMAGES} JPEGs of 4000 × 3000, ${AT_ONCE} at a time`,
    table: markdownTable(
      ["images", ...SHOWN.map(String)],
      [["memory (RSS) MB", ...SHOWN.map((count) => figure(seen.get(count), 0))]],
    ),
    goal: `after ${IMAGES} at most 30 % above ${FIRST} (it is ${figure((growth - 1) * 100, 0)} %)`,
    isMet: growth <= GOAL,
  };
}

async function measure(folder) {
  const picture = join(folder, "photo.jpg");
  await pillow("make", "photo", 4000, 3000, "jpeg", picture);
  const next = imageMaker(await readFile(picture));
  const fake = startFakeOllama({ models: "mock,all-minilm", vision: "mock" });
  const service = await startService({ ...SETTINGS, OLLAMA_BASE_URL: await fake.listening() });
  try {
    return await send(service, next);
  } finally {
    await service.stop();
    await fake.stop();
  }
}

/** Memory by the number of pictures sent. */
async function send({ url, pid }, next) {
  const seen = new Map();
  let from = 0;
  for (const count of SHOWN) {
    await sendSome(url, next, count - from);
    seen.set(count, (await processUsage(pid))?.rssMb ?? Number.NaN);
    from = count;
  }
  return seen;
}

async function sendSome(url, next, count) {
  const left = Array.from({ length: count });
  const clients = Array.from({ length: AT_ONCE }, async () => {
    while (left.length > 0) {
      left.pop();
      const status = await postImage(url, next());
      if (status !== 200) throw new Error(`a picture was answered with ${status}`);
    }
  });
  await Promise.all(clients);
}
