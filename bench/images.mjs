// Speed and quality of the image pipeline, beside Pillow's in the same run, and what compressing
// does to streams and memory:
//   node bench/images.mjs [--only speed,quality,streams,memory]
// Needs Python with Pillow and NumPy; PYTHON names the interpreter. Ends with code 1 when a goal
// is missed.
import { requirePillow } from "./lib/pillow.mjs";
import { runScenarios } from "./lib/run-scenarios.mjs";
import { compressBesideStreams } from "./scenarios/compress-beside-streams.mjs";
import { imageQuality } from "./scenarios/image-quality.mjs";
import { imageSpeed } from "./scenarios/image-speed.mjs";
import { thousandImages } from "./scenarios/thousand-images.mjs";

requirePillow();
await runScenarios({
  speed: imageSpeed,
  quality: imageQuality,
  streams: compressBesideStreams,
  memory: thousandImages,
});
