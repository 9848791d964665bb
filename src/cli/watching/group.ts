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
    {
      name: "agents",
      summary: "Agents and their runs",
      commands: [
        {
          name: "list",
          aliases: ["ls"],
          summary: "The agents that can be run",
          load: async () => (await import("../agents/list.ts")).list,
        },
        {
          name: "create",
          summary: "Make an agent",
          load: async () => (await import("../agents/create.ts")).create,
        },
        {
          name: "run",
          summary: "Ask an agent",
          load: async () => (await import("../agents/run.ts")).run,
        },
        {
          name: "approve",
          summary: "Say yes or no to calls that a run waits with",
          load: async () => (await import("../agents/approve.ts")).approve,
        },
        {
          name: "runs",
          summary: "The latest runs",
          load: async () => (await import("../agents/runs.ts")).runs,
        },
        {
          name: "cancel",
          summary: "End a run",
          load: async () => (await import("../agents/cancel.ts")).cancel,
        },
        {
          name: "rm",
          aliases: ["remove"],
          summary: "Delete an agent",
          load: async () => (await import("../agents/remove.ts")).remove,
        },
      ],
    },
  ],
};
