import {
  type SettingGroup,
  fraction,
  int,
  oneOf,
  optionalGb,
  optionalSeconds,
  seconds,
} from "../setting-types.ts";

/** How much memory models may take, and when one that is idle leaves it. */
export const MEMORY_SETTINGS = {
  idleTimeoutMs: optionalSeconds({
    env: "IDLE_TIMEOUT",
    min: 1,
    max: 2_592_000,
    about:
      "How long a model may be idle before it is unloaded (default: OLLAMA_KEEP_ALIVE). A client's keep_alive wins over it.",
  }),
  memoryCheckMs: seconds({
    env: "MEMORY_CHECK_INTERVAL",
    fallback: 60,
    min: 1,
    max: 3600,
    about: "How often memory is looked at.",
  }),
  memoryPressure: fraction({
    env: "MEMORY_PRESSURE",
    fallback: 0.85,
    about:
      "The part of the machine's memory that may be taken, by whatever, before idle models leave after half their time.",
  }),
  maxRamGb: optionalGb({
    env: "OLLAMA_MAX_RAM",
    about: "The most memory that models may take together (default: worked out from the machine).",
  }),
  ragReserveGb: int({
    env: "RAG_RESERVE_GB",
    fallback: 8,
    min: 0,
    max: 65_536,
    about: "Memory (GB) that is left to other programs when the memory for models is worked out.",
  }),
  contextLanes: oneOf({
    env: "CONTEXT_LANES",
    fallback: "service",
    values: ["service", "all", "off"],
    about:
      "Whose num_ctx is rounded up to the context that the model is loaded with, so that it is not loaded again: that of requests on /api/v1 (service), on /api too (all), nobody's (off).",
  }),
} satisfies SettingGroup;
