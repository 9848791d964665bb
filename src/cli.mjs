#!/usr/bin/env node
// `shared-ollama`, `bun run cli`: on Node the built files run, on Bun the sources.
if (process.versions.bun) {
  await import("./cli/main.ts");
} else {
  const { build } = await import("./build.mjs");
  build();
  await import("../dist/src/cli/main.js");
}
