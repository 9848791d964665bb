import type { CommandGroup } from "../entries.ts";

export const MODELS: CommandGroup = {
  title: "Models",
  entries: [
    {
      name: "models",
      summary: "See, fetch, make and remove models, and keep them in memory",
      commands: [
        {
          name: "list",
          aliases: ["ls"],
          summary: "The models that are installed",
          load: async () => (await import("./list.ts")).listModels,
        },
        {
          name: "ps",
          summary: "The models in memory, and how long each stays",
          load: async () => (await import("./ps.ts")).listLoadedModels,
        },
        {
          name: "show",
          aliases: ["info"],
          summary: "What is known of a model",
          load: async () => (await import("./show.ts")).showModel,
        },
        {
          name: "pull",
          summary: "Fetch a model",
          load: async () => (await import("./pull.ts")).pullModel,
        },
        {
          name: "create",
          summary: "Make a model from another one, or from a Modelfile",
          load: async () => (await import("./create.ts")).createModel,
        },
        {
          name: "copy",
          aliases: ["cp"],
          summary: "Give a model a second name",
          load: async () => (await import("./copy.ts")).copyModel,
        },
        {
          name: "rm",
          aliases: ["remove", "delete"],
          summary: "Remove a model",
          load: async () => (await import("./remove.ts")).removeModel,
        },
        {
          name: "load",
          summary: "Bring a model into memory",
          load: async () => (await import("./load.ts")).loadModel,
        },
        {
          name: "unload",
          aliases: ["stop"],
          summary: "Take an idle model out of memory",
          load: async () => (await import("./unload.ts")).unloadModel,
        },
        {
          name: "pin",
          summary: "Keep a model in memory",
          load: async () => (await import("./pin.ts")).pinModel,
        },
        {
          name: "unpin",
          summary: "Let a pinned model leave again",
          load: async () => (await import("./pin.ts")).unpinModel,
        },
      ],
    },
    {
      name: "preload",
      summary: "Fetch the models that the profile requires",
      load: async () => (await import("./preload.ts")).preloadModels,
    },
    {
      name: "warmup",
      summary: "Load the profile's warm-up models",
      load: async () => (await import("./warmup.ts")).warmUpModels,
    },
    {
      name: "memory",
      summary: "What models take of the memory, and which leaves next",
      load: async () => (await import("./memory.ts")).showMemory,
    },
    {
      name: "memory-limit",
      summary: "What models may take of this machine's memory",
      load: async () => (await import("./memory-limit.ts")).memoryLimit,
    },
    {
      name: "profile",
      summary: "The hardware profile in use",
      load: async () => (await import("./profile.ts")).showProfile,
    },
  ],
};
