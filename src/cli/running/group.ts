import type { CommandGroup } from "../entries.ts";

export const RUNNING: CommandGroup = {
  title: "Run the service",
  entries: [
    {
      name: "start",
      summary: "Start it, in the foreground or in the background",
      load: async () => (await import("./start.ts")).start,
    },
    {
      name: "stop",
      summary: "Let answers end, then stop it",
      load: async () => (await import("./stop.ts")).stop,
    },
    {
      name: "restart",
      summary: "Stop it and start it in the background",
      load: async () => (await import("./restart.ts")).restart,
    },
    {
      name: "status",
      summary: "How it is: health, models, queue, memory, who uses it",
      load: async () => (await import("./status.ts")).status,
    },
    {
      name: "health",
      summary: "Whether it is ready for questions; the exit code says it too",
      load: async () => (await import("./health.ts")).health,
    },
    {
      name: "logs",
      summary: "What it logged, and what it logs as it happens",
      load: async () => (await import("./logs.ts")).logs,
    },
    {
      name: "doctor",
      summary: "What is wrong on this machine, and what to do about it",
      load: async () => (await import("../doctor/doctor.ts")).doctor,
    },
    {
      name: "version",
      summary: "Versions of this program, the service, its runtime and Ollama",
      load: async () => (await import("./version.ts")).version,
    },
  ],
};
