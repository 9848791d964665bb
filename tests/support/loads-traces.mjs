// Tells whether anything is loaded that makes or sends traces: by the whole service where no collector is
// named, and where one is. A program of its own, since what is loaded stays. Its arguments are the
// service's root of composition and what composes the traces.
import { EventEmitter } from "node:events";
import { createRequire } from "node:module";
import process from "node:process";

const [, , compose, composeTraces] = process.argv;
const { cache } = createRequire(compose);
const isLoaded = () => {
  // Bun has modules of the new kind in a registry of its own.
  const files = [...Object.keys(cache), ...(globalThis.Loader?.registry.keys() ?? [])];
  // The interface, which makes and sends nothing, is loaded by the library of metrics as well.
  return files.some((file) => /node_modules\/@opentelemetry\/(?!api\/)/.test(file));
};

await import(compose);
const traces = await import(composeTraces);
const parts = { events: new EventEmitter(), logs: {} };
await traces.composeTraces({ ...parts, env: {} });
const before = isLoaded();
await traces.composeTraces({
  ...parts,
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:9" },
});
process.stdout.write(JSON.stringify({ before, after: isLoaded() }));
