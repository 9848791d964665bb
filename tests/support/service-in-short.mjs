// The service as src/main.ts starts it, with what tests have shorter: how long a sleep is at least.
// Arguments: the addresses of src/compose and config/load, the milliseconds, and the system that it
// takes itself to run on.
import { readFile } from "node:fs/promises";

const [composeUrl, loadUrl, modelsFile, leastSleepMs, platform] = process.argv.slice(2);
const { compose } = await import(composeUrl);
const { loadConfig } = await import(loadUrl);

const modelsYaml = await readFile(modelsFile, "utf8");
const config = loadConfig({ env: process.env, argv: [], modelsYaml });
const service = await compose({
  ...config,
  env: process.env,
  terminal: {
    say: (line) => console.log(line),
    progress: () => ({ update: () => {}, end: () => {} }),
    ask: () => Promise.resolve(false),
  },
  leastSleepMs: Number(leastSleepMs),
  platform,
});
await service.lifecycle.start();
process.on("SIGTERM", () => void service.lifecycle.stop().then(() => process.exit(0)));
console.log(`Listening on http://127.0.0.1:${service.port()}`);
