// @ts-check
// The fake Ollama as a program of its own:
//   node tests/fake-ollama/main.mjs --models one,two --capacity 1 --load-ms 300 --first-ms 200
// Says where it listens, then each load as a line of JSON, until it is told to end. Its options are
// those of server.mjs and inference.mjs.
import { createHash } from "node:crypto";
import { parseArgs } from "node:util";
import { withTag } from "./models.mjs";
import { FakeOllama } from "./server.mjs";
import { VERSION } from "./version.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string" },
    /** Whose shapes its answers have: 0.13.5 or 0.30.0. */
    version: { type: "string", default: VERSION },
    /** Names, between commas. */
    models: { type: "string", default: "fake" },
    vision: { type: "string", default: "" },
    capacity: { type: "string" },
    parallel: { type: "string" },
    /** An answer has so many pieces. */
    pieces: { type: "string", default: "2" },
    /** A vector has so many numbers, others for each text; without it all texts have the same. */
    dimensions: { type: "string" },
    "load-ms": { type: "string" },
    "first-ms": { type: "string" },
    "body-ms": { type: "string" },
    "embed-ms": { type: "string" },
  },
});

const { dimensions } = values;
const server = new FakeOllama({
  models: namesIn(values.models),
  vision: namesIn(values.vision),
  chunks: Array.from({ length: Number(values.pieces) }, () => " word"),
  ...numbers({
    port: values.port,
    capacity: values.capacity,
    parallel: values.parallel,
    loadMs: values["load-ms"],
    firstMs: values["first-ms"],
    bodyMs: values["body-ms"],
    embedMs: values["embed-ms"],
  }),
  ...(dimensions && { embedding: (text) => vectorOf(text, Number(dimensions)) }),
  version: versionOf(values.version),
  keepsRequests: false,
  onLoad: (model) => console.log(JSON.stringify({ event: "model_loaded", model })),
});
process.on("SIGTERM", () => process.exit(0));
await server.start();
console.log(`Listening on ${server.url}`);

/** @param {string} names */
function namesIn(names) {
  return names
    .split(",")
    .filter((name) => name !== "")
    .map(withTag);
}

/** @param {string} text */
function versionOf(text) {
  if (text === VERSION || text === "0.30.0") return text;
  throw new Error(`there is no version ${text} of the fake`);
}

/** Those that are given. @param {Record<string, string | undefined>} texts */
function numbers(texts) {
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  return Object.fromEntries(given.map(([name, text]) => [name, Number(text)]));
}

/** A vector of length 1 that follows from the text. @param {string} text @param {number} dimensions */
function vectorOf(text, dimensions) {
  const seed = createHash("sha256").update(text).digest();
  const values = Array.from({ length: dimensions }, (_, i) => (seed[i % 32] ?? 0) / 255 - 0.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}
