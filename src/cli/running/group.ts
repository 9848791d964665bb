import type { CommandGroup } from "../entries.ts";

export const RUNNING: CommandGroup = {
  title: "Run the service",
  entries: [
    {
      name: "health",
      summary: "Whether it is ready for questions; the exit code says it too",
      load: async () => (await import("./health.ts")).health,
    },
    {
      name: "version",
      summary: "Versions of this program, the service, its runtime and Ollama",
      load: async () => (await import("./version.ts")).version,
    },
  ],
};
