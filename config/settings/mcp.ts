import { type SettingGroup, int } from "../setting-types.ts";

/** The servers of config/mcp.yaml, all together. */
export const MCP_SETTINGS = {
  mcpMaxServers: int({
    env: "MCP_MAX_SERVERS",
    fallback: 16,
    min: 1,
    max: 1000,
    about:
      "MCP servers that run at once, those of all tenants and runs together. One that nobody uses makes way; one tenant's own take half of the places at most.",
  }),
} satisfies SettingGroup;
