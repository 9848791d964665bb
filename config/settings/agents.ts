import { type SettingGroup, int, oneOf } from "../setting-types.ts";

/** Agents and their runs. */
export const AGENT_SETTINGS = {
  agentTrace: oneOf({
    env: "AGENT_TRACE",
    fallback: "steps",
    values: ["off", "steps", "full"],
    about:
      "What is kept of agents' runs, in data/agent-runs.db. steps: which model turns and tool calls there were, how long they took and how they ended, without their texts, for 30 days. full: what was said, arguments and outputs too, for 7 days and up to 100 MB. off: nothing, so that a run is known only while it is under way.",
  }),
  agentRunsPerTenant: int({
    env: "AGENT_RUNS_PER_TENANT",
    fallback: 2,
    min: 1,
    max: 100,
    about: "Runs of agents that a tenant may have under way at once.",
  }),
} satisfies SettingGroup;
