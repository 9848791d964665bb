import { readFile, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/**
 * How to ask a started service for watch-process.mjs's reports.
 * @param {string} file where they are written
 */
export function memoryReports(file) {
  return {
    /** To be loaded before the service, with these settings. */
    preload: fileURLToPath(new URL("./watch-process.mjs", import.meta.url)),
    settings: { WATCH_FILE: file },
    /**
     * @param {{ pid: number, until: import("./program.mjs").Program["until"] }} service
     * @returns {Promise<{ worstMs: number, heapUsed: number, external: number, rss: number }>}
     * bytes, and the longest that the main thread was held up since the last report
     */
    async ask({ pid, until }) {
      await rm(file, { force: true });
      process.kill(pid, "SIGUSR2");
      const read = () => readFile(file, "utf8").catch(() => undefined);
      return JSON.parse(await until(read, "a report"));
    },
  };
}
