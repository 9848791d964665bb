import type { CommandGroup } from "../entries.ts";

export const ASKING: CommandGroup = {
  title: "Ask",
  entries: [
    {
      name: "ask",
      summary: "Ask a model one question",
      load: async () => (await import("../ask/ask.ts")).askCommand,
    },
    {
      name: "chat",
      summary: "Talk with a model",
      load: async () => (await import("../chat/chat-command.ts")).chatCommand,
    },
    {
      name: "embed",
      summary: "Vectors of texts",
      load: async () => (await import("../embed/embed.ts")).embedCommand,
    },
  ],
};
