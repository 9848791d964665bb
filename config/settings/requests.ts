import { type SettingGroup, int, MIB, optionalInt, seconds } from "../setting-types.ts";

/** Limits of one request: its body, its prompt, and a client that stalls. */
export const REQUEST_SETTINGS = {
  maxBodyBytes: int({
    env: "MAX_BODY_BYTES",
    fallback: 1_572_864,
    min: 1024,
    max: 1024 * MIB,
    about: "Largest body on /api/v1 and on model management.",
  }),
  visionMaxBodyBytes: int({
    env: "VLM_MAX_BODY_BYTES",
    fallback: 1_572_864,
    min: 1024,
    max: 1024 * MIB,
    about: "Largest body with images on /api/v1, base64 included.",
  }),
  proxyMaxBodyBytes: int({
    env: "PROXY_MAX_BODY_BYTES",
    fallback: 64 * MIB,
    min: 1024,
    max: 1024 * MIB,
    about: "Largest body of an inference request on /api and /v1.",
  }),
  bodyMemoryMaxBytes: optionalInt({
    env: "BODY_MEMORY_MAX_BYTES",
    min: 2048,
    max: 1024 * 1024 * MIB,
    about:
      "Memory for the bodies of all requests together, from 64 KiB a body; one tenant has at most half (default: a tenth of the machine's memory, at least 256 MiB and twice the largest body).",
  }),
  bodyMemoryWaitMs: seconds({
    env: "BODY_MEMORY_WAIT",
    fallback: 30,
    min: 0.1,
    max: 600,
    about: "How long a body may wait for that memory before it is refused with queue_full.",
  }),
  refusedBodyMs: seconds({
    env: "REFUSED_BODY_TIMEOUT",
    fallback: 30,
    min: 0,
    max: 600,
    about:
      "How long the rest of a body is read and thrown away that a refusal found unread, up to 64 MiB and 32 at once; then the connection is closed with the answer. 0: always at once.",
  }),
  maxPromptTokens: int({
    env: "MAX_PROMPT_TOKENS",
    fallback: 4096,
    min: 1,
    max: 10_000_000,
    about: "Largest prompt on /api/v1, estimated at 4 characters a token.",
  }),
  uploadStallMs: seconds({
    env: "UPLOAD_STALL_TIMEOUT",
    fallback: 120,
    min: 1,
    max: 3600,
    about: "A body of which nothing arrives for this long is given up.",
  }),
  downloadStallMs: seconds({
    env: "DOWNLOAD_STALL_TIMEOUT",
    fallback: 120,
    min: 1,
    max: 3600,
    about:
      "A client that takes nothing of its answer for this long, while some of it waits for it, is cut off. The time in which the inference server is silent does not count.",
  }),
  drainMs: seconds({
    env: "DRAIN_TIMEOUT",
    fallback: 30,
    min: 0,
    max: 3600,
    about: "How long answers under way may go on after SIGTERM.",
  }),
} satisfies SettingGroup;
