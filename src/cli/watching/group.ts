import type { CommandGroup } from "../entries.ts";

export const WATCHING: CommandGroup = {
  title: "Watch",
  entries: [
    {
      name: "queue",
      summary: "Who runs, who waits and for how long, as it changes",
      load: async () => (await import("./queue.ts")).queue,
    },
    {
      name: "usage",
      summary: "What projects have used, by day and model",
      load: async () => (await import("./usage.ts")).usage,
    },
    {
      name: "analytics",
      summary: "How requests went, by project, model and hour",
      load: async () => (await import("./analytics.ts")).analytics,
    },
    {
      name: "performance",
      summary: "Tokens a second, generation and load times of models",
      load: async () => (await import("./performance.ts")).performance,
    },
    {
      name: "requests",
      summary: "Requests under way and ended; where their time went",
      commands: [
        {
          name: "list",
          summary: "The latest requests",
          load: async () => (await import("./requests-list.ts")).list,
        },
        {
          name: "show",
          summary: "Where a request's time went",
          load: async () => (await import("./requests-show.ts")).show,
        },
        {
          name: "cancel",
          summary: "End a request that runs or waits",
          load: async () => (await import("./requests-cancel.ts")).cancel,
        },
      ],
    },
    {
      name: "cache",
      summary: "Answers that are kept",
      commands: [
        {
          name: "stats",
          summary: "How many answers are kept, and how often they served",
          load: async () => (await import("./cache-stats.ts")).stats,
        },
        {
          name: "clear",
          summary: "Forget kept answers",
          load: async () => (await import("./cache-clear.ts")).clear,
        },
      ],
    },
  ],
};
