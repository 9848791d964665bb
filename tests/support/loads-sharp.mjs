// Tells whether the image library is loaded before and after the first image. A program of its
// own, since what is loaded stays. Its argument is the worker threads' entry.
import { createRequire } from "node:module";
import process from "node:process";

const [, , entry] = process.argv;
const { cache } = createRequire(entry);
const hasSharp = () => Object.keys(cache).some((file) => /node_modules\/(@img\/)?sharp/.test(file));

const tasks = await import(entry);
const body = new TextEncoder().encode('{"images":["data:image/png;base64,QUJD"]}');
tasks.inspectBody([body]);
tasks.readImageBody({ pieces: [body], maxImageBytes: 10 });
tasks.locateImages({ body, maxImageBytes: 10 });
const before = hasSharp();
const png =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
await tasks.compressImage({
  bytes: new Uint8Array(Buffer.from(png, "base64")),
  options: { compress: false, maxPixels: 100 },
});
process.stdout.write(JSON.stringify({ before, after: hasSharp() }));
