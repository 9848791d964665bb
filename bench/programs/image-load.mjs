// Sends pictures to /api/v1/vlm without pause, each one different, and prints how many as JSON.
import { readFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { postImage, imageMaker } from "../lib/post-image.mjs";

const MAX_CLIENTS = 16;
const MAX_SECONDS = 120;

const { values } = parseArgs({
  options: {
    url: { type: "string" },
    picture: { type: "string" },
    clients: { type: "string" },
    seconds: { type: "string" },
  },
});
const until = performance.now() + Math.min(MAX_SECONDS, Number(values.seconds)) * 1000;
const next = imageMaker(await readFile(values.picture ?? ""));
const seen = { images: 0, others: {} };

const clients = Math.min(MAX_CLIENTS, Number(values.clients));
await Promise.all(Array.from({ length: clients }, client));
console.log(JSON.stringify(seen));

async function client() {
  while (performance.now() < until) {
    const status = await postImage(values.url ?? "", next());
    if (status === 200) seen.images += 1;
    else seen.others[status] = (seen.others[status] ?? 0) + 1;
  }
}
