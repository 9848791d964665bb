// Loaded into the service before it starts (--import, --preload): measures how late its event
// loop is. SIGUSR2 begins the measurement, a second one writes the lags to LOOP_LAG_FILE.
import { writeFileSync } from "node:fs";

const EVERY_MS = 5;

/** @type {number[] | undefined} */
let lags;

process.on("SIGUSR2", () => {
  if (lags) {
    writeFileSync(process.env.LOOP_LAG_FILE ?? "", JSON.stringify(lags));
    process.exitCode = 0;
  } else {
    lags = [];
    watch(performance.now());
  }
});

/** @param {number} from */
function watch(from) {
  setTimeout(() => {
    const now = performance.now();
    // Timers are up to a millisecond late by their resolution.
    lags?.push(Math.max(0, now - from - EVERY_MS));
    watch(now);
  }, EVERY_MS).unref();
}
