import type { CommandGroup } from "../entries.ts";

export const MACHINE: CommandGroup = {
  title: "This machine",
  entries: [
    {
      name: "install",
      summary: "Install Ollama here, in the way that is right for this system",
      load: async () => (await import("../install/install.ts")).install,
    },
    {
      name: "verify",
      summary: "Try everything: settings, service, required models, one answer of each",
      load: async () => (await import("../verify/verify.ts")).verify,
    },
    {
      name: "ci-check",
      summary: "Wait for the service, then look at its required models",
      load: async () => (await import("../verify/ci-check.ts")).ciCheck,
    },
    {
      name: "load-test",
      summary: "How long answers take when many ask",
      load: async () => (await import("../load-test/load-test.ts")).loadTestCommand,
    },
    {
      name: "cleanup",
      summary: "Remove logs, caches and what was left behind, and say how much that was",
      load: async () => (await import("../cleanup/cleanup.ts")).cleanup,
    },
    {
      name: "connect",
      summary: "What to set for Open WebUI, Continue, Claude Code, LangChain and others",
      load: async () => (await import("../connect/connect.ts")).connect,
    },
    {
      name: "service",
      summary: "Have launchd or systemd start the service by itself",
      commands: [
        {
          name: "install",
          summary: "Start it at login or boot and after a crash, and now",
          load: async () => (await import("../service/install-service.ts")).installService,
        },
        {
          name: "uninstall",
          summary: "Stop it, and start it by itself no more",
          load: async () => (await import("../service/uninstall-service.ts")).uninstallService,
        },
        {
          name: "status",
          summary: "Whether it starts by itself, and runs",
          load: async () => (await import("../service/service-status.ts")).serviceStatus,
        },
      ],
    },
    {
      name: "config",
      summary: "Settings: where each value comes from, and whether they are right",
      commands: [
        {
          name: "show",
          summary: "Every setting with its value, and who says so",
          load: async () => (await import("../config/show.ts")).showConfig,
        },
        {
          name: "check",
          summary: "Whether a start would take the configuration",
          load: async () => (await import("../config/check.ts")).checkConfig,
        },
      ],
    },
    {
      name: "openapi",
      summary: "The OpenAPI document of the service",
      load: async () => (await import("./openapi.ts")).openapi,
    },
  ],
};
