import { answered } from "../api.ts";
import { defineCommand } from "../command.ts";
import { bytes, count, duration, percent } from "../output/units.ts";

export const stats = defineCommand({
  args: {},
  examples: [{ line: "shared-ollama cache stats", about: "How often it has answered" }],
  json: { operation: "cacheStats" },
  run: async (cli) => {
    const found = await answered(cli.api.GET("/api/v1/cache/stats"));
    cli.show(found, (cache, out) => {
      const { style } = out;
      const hits = cache.hits_exact + cache.hits_similar;
      const asked = hits + cache.misses;
      const line = (name: string, text: string): void => out.line(`${name.padEnd(10)}${text}`);
      if (!cache.enabled) out.line(style.warn("It is off (RESPONSE_CACHE_ENABLED=false)."));
      line(
        "Answers",
        `${count(cache.entries)} of ${count(cache.max_entries)}, ${bytes(cache.bytes)} of ${bytes(cache.max_bytes)}`,
      );
      line(
        "Hits",
        asked === 0
          ? "nobody has asked yet"
          : `${percent(hits / asked)}: ${count(cache.hits_exact)} exact, ${count(cache.hits_similar)} similar, ${count(cache.misses)} missed`,
      );
      line("Shared", `${count(cache.shared)} requests had another one's run`);
      line("Saved", `${duration(cache.saved_seconds * 1000)} of inference`);
      const { persist } = cache;
      if (persist.state === "failed") {
        line("On disk", style.bad(`no: ${persist.reason ?? "failed"}`));
      } else line("On disk", persist.state === "on" ? "yes" : "no");
    });
  },
});
