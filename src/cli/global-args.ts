/** Options that every command knows, wherever they stand. */
export const GLOBAL_ARGS = {
  url: {
    type: "string",
    valueHint: "URL",
    description: "The service (SHARED_OLLAMA_URL; else the one that runs here)",
  },
  project: {
    type: "string",
    valueHint: "NAME",
    description: "The project that asks (sent as X-Project-Name)",
  },
  json: { type: "boolean", description: "Write JSON for programs" },
  yes: { type: "boolean", alias: "y", description: "Ask nothing before something is lost" },
  color: {
    type: "boolean",
    default: true,
    negativeDescription: "No colours (also: NO_COLOR, or no terminal)",
  },
  help: { type: "boolean", alias: "h", description: "What a command does, with examples" },
} as const;
