// `npm start` and `bun run start`: on Node the built files run, on Bun the sources.
if (process.versions.bun) {
  await import("./main.ts");
} else {
  const { build } = await import("./build.mjs");
  build();
  await import("../dist/src/main.js");
}
