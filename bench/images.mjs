// Speed and quality of the image pipeline, beside Pillow's in the same run, and what compressing
// does to streams and memory:
//   node bench/images.mjs [--only speed,quality,streams,memory]
// Needs Python with Pillow and NumPy; PYTHON names the interpreter. Ends with code 1 when a goal
// is missed.
import { parseArgs } from "node:util";
import { requirePillow } from "./lib/pillow.mjs";
import { compressBesideStreams } from "./scenarios/compress-beside-streams.mjs";
import { imageQuality } from "./scenarios/image-quality.mjs";
import { imageSpeed } from "./scenarios/image-speed.mjs";
import { thousandImages } from "./scenarios/thousand-images.mjs";

const SCENARIOS = {
  speed: imageSpeed,
  quality: imageQuality,
  streams: compressBesideStreams,
  memory: thousandImages,
};

const { values } = parseArgs({
  options: { only: { type: "string", default: Object.keys(SCENARIOS).join(",") } },
});

requirePillow();
for (const name of values.only.split(",")) {
  if (!Object.hasOwn(SCENARIOS, name)) throw new Error(`--only does not know ${name}`);
  const { title, table, goal, isMet } = await SCENARIOS[name]();
  console.log(`${title}:\n\n${table}\n\nGoal ${isMet ? "met" : "missed"}: ${goal}.\n`);
  if (!isMet) process.exitCode = 1;
}
