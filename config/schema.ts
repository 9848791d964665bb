import { spans } from "./go-values.ts";
import { host, hostPatterns, modelPatterns, optionalModel, originPatterns } from "./name-types.ts";
import { bool, fraction, int, oneOf, optionalInt, optionalText } from "./setting-types.ts";
import { optionalUrl } from "./setting-types.ts";
import { addresses, ollamaAddress, seconds, text, type Setting } from "./setting-types.ts";

const MIB = 1_048_576;

/**
 * Every setting of the service, in the order in which help and documentation show them. A
 * setting is read from the environment variable named here or from the flag of the same name
 * (`API_PORT` is `--api-port`).
 */
export const SETTINGS = {
  apiHost: host({
    env: "API_HOST",
    fallback: "127.0.0.1",
    about:
      "Address to listen on. Any but a loopback address needs ALLOW_UNAUTHENTICATED=true, since everyone who reaches it can use the machine.",
  }),
  apiPort: int({
    env: "API_PORT",
    fallback: 8000,
    min: 0,
    max: 65_535,
    about: "Port to listen on; 0 takes a free one.",
  }),
  allowUnauthenticated: bool({
    env: "ALLOW_UNAUTHENTICATED",
    fallback: false,
    about: "Listen on a non-loopback address although no client has to identify itself.",
  }),
  home: text({
    env: "SHARED_OLLAMA_HOME",
    fallback: ".",
    range: "folder",
    about: "Folder that holds data/, logs/ and models/.",
  }),
  logLevel: oneOf({
    env: "API_LOG_LEVEL",
    fallback: "info",
    values: ["debug", "info", "warn", "error"],
    about: "Least severe event written to logs/service.log.",
  }),

  inferenceServer: oneOf({
    env: "INFERENCE_SERVER",
    fallback: "auto",
    values: ["auto", "external", "ollama", "engine"],
    about:
      "Which inference server stands behind: auto adopts a running one, else starts `ollama serve`, else the embedded engine; the others name one of the three.",
  }),
  ollamaBaseUrl: optionalUrl({
    env: "OLLAMA_BASE_URL",
    about: "Address of an Ollama to use; it is never started or stopped by the service.",
  }),
  ollamaHost: ollamaAddress({
    env: "OLLAMA_HOST",
    fallback: "127.0.0.1",
    about: "Where a running Ollama is looked for.",
  }),
  ollamaPort: int({
    env: "OLLAMA_PORT",
    fallback: 11_434,
    min: 1,
    max: 65_535,
    about: "Port that a running Ollama is looked for on, unless OLLAMA_HOST has one.",
  }),
  ollamaModels: optionalText({
    env: "OLLAMA_MODELS",
    range: "folder",
    about:
      "Model store of the server that the service starts. The embedded engine's default is models/ under SHARED_OLLAMA_HOME.",
  }),
  ollamaKeepAlive: {
    env: "OLLAMA_KEEP_ALIVE",
    fallback: "5m",
    ...spans,
    about: "How long a started server keeps an idle model in memory; -1: for ever.",
  },
  ollamaNumParallel: optionalInt({
    env: "OLLAMA_NUM_PARALLEL",
    min: 1,
    max: 64,
    about:
      "Requests that a started server decodes side by side for one model (default: the profile's for Ollama, which is 1; 4 for the embedded engine).",
  }),
  ollamaMaxLoadedModels: optionalInt({
    env: "OLLAMA_MAX_LOADED_MODELS",
    min: 0,
    max: 64,
    about:
      "Models that a started server holds in memory at once (default: the profile's, which is 3). 0: as many as Ollama thinks right, three for each GPU.",
  }),
  startTimeoutMs: seconds({
    env: "OLLAMA_MANAGER_MAX_WAIT_TIME",
    fallback: 30,
    min: 1,
    max: 300,
    about: "How long a started server may take until it answers.",
  }),
  childStopTimeoutMs: seconds({
    env: "OLLAMA_MANAGER_SHUTDOWN_TIMEOUT",
    fallback: 10,
    min: 1,
    max: 60,
    about: "How long a started server may take to end before it is killed.",
  }),
  probeTimeoutMs: seconds({
    env: "CLIENT_HEALTH_CHECK_TIMEOUT",
    fallback: 5,
    min: 1,
    max: 60,
    about: "Limit for a health probe of the inference server.",
  }),
  autoPull: bool({
    env: "AUTO_PULL",
    fallback: false,
    about: "Fetch the profile's required models (14 GB and more) at start without asking.",
  }),

  upstreamParallel: optionalInt({
    env: "UPSTREAM_PARALLEL",
    min: 1,
    max: 1000,
    about:
      "Requests in flight to the inference server for one model (default: what the server was started with, 1 for an adopted one).",
  }),
  queueTextMaxRunning: int({
    env: "QUEUE_CHAT_MAX_CONCURRENT",
    fallback: 6,
    min: 1,
    max: 100,
    about: "Text requests that run at once, over all models.",
  }),
  queueTextMaxWaiting: int({
    env: "QUEUE_CHAT_MAX_QUEUE_SIZE",
    fallback: 50,
    min: 1,
    max: 1000,
    about: "Text requests that may wait; one more is refused with queue_full.",
  }),
  queueTextTimeoutMs: seconds({
    env: "QUEUE_CHAT_DEFAULT_TIMEOUT",
    fallback: 120,
    min: 1,
    max: 600,
    about: "Hard stop of a text request: waiting and running on /api/v1, waiting elsewhere.",
  }),
  queueVisionMaxRunning: int({
    env: "QUEUE_VLM_MAX_CONCURRENT",
    fallback: 3,
    min: 1,
    max: 100,
    about: "Requests with images that run at once, over all models.",
  }),
  queueVisionMaxWaiting: int({
    env: "QUEUE_VLM_MAX_QUEUE_SIZE",
    fallback: 20,
    min: 1,
    max: 500,
    about: "Requests with images that may wait.",
  }),
  queueVisionTimeoutMs: seconds({
    env: "QUEUE_VLM_DEFAULT_TIMEOUT",
    fallback: 150,
    min: 1,
    max: 1200,
    about: "Hard stop of a request with images.",
  }),
  modelPatienceMs: seconds({
    env: "QUEUE_MODEL_PATIENCE",
    fallback: 30,
    min: 0.1,
    max: 600,
    about:
      "Requests for a loaded model go before those that need a load, but never make one wait longer than this.",
  }),
  tenantMaxText: int({
    env: "TENANT_MAX_TEXT",
    fallback: 6,
    min: 1,
    max: 1000,
    about: "Text requests that one tenant may have in flight.",
  }),
  tenantMaxVision: int({
    env: "TENANT_MAX_VLM",
    fallback: 3,
    min: 1,
    max: 1000,
    about: "Requests with images that one tenant may have in flight.",
  }),
  rateLimitEnabled: bool({
    env: "RATE_LIMIT_ENABLED",
    fallback: true,
    about: "Requests a minute per tenant and route of /api/v1.",
  }),

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

  batchTextAtOnce: int({
    env: "BATCH_CHAT_MAX_CONCURRENT",
    fallback: 5,
    min: 1,
    max: 50,
    about: "Chats of one batch that are under way at once.",
  }),
  batchTextMaxItems: int({
    env: "BATCH_CHAT_MAX_REQUESTS",
    fallback: 50,
    min: 1,
    max: 1000,
    about: "Chats in one batch.",
  }),
  batchVisionAtOnce: int({
    env: "BATCH_VLM_MAX_CONCURRENT",
    fallback: 3,
    min: 1,
    max: 20,
    about: "Vision chats of one batch that are under way at once.",
  }),
  batchVisionMaxItems: int({
    env: "BATCH_VLM_MAX_REQUESTS",
    fallback: 20,
    min: 1,
    max: 500,
    about: "Vision chats in one batch.",
  }),

  imageMaxDimension: int({
    env: "IMAGE_MAX_DIMENSION",
    fallback: 2667,
    min: 256,
    max: 2667,
    about:
      "Longest side of an image that a model is given, in pixels; larger ones are scaled down.",
  }),
  imageQuality: int({
    env: "IMAGE_JPEG_QUALITY",
    fallback: 85,
    min: 1,
    max: 100,
    about: "Quality of compressed images, JPEG and WebP.",
  }),
  imagePngLevel: int({
    env: "IMAGE_PNG_COMPRESSION",
    fallback: 6,
    min: 0,
    max: 9,
    about: "Compression level of PNG images.",
  }),
  imageMaxBytes: int({
    env: "IMAGE_MAX_SIZE_BYTES",
    fallback: 10 * MIB,
    min: 1024,
    max: 100 * MIB,
    about: "Largest image file, base64 decoded.",
  }),
  imageMaxPixels: int({
    env: "IMAGE_MAX_PIXELS",
    fallback: 100_000_000,
    min: 1_000_000,
    max: 1_000_000_000,
    about: "Pixels of an image; one with more is refused before it is decoded.",
  }),
  imageCacheMaxSize: int({
    env: "IMAGE_CACHE_MAX_SIZE",
    fallback: 100,
    min: 1,
    max: 10_000,
    about: "Compressed images that are kept in memory.",
  }),
  imageCacheMaxBytes: int({
    env: "IMAGE_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 16_384 * MIB,
    about: "Memory that kept images may take.",
  }),
  imageCacheTtlMs: seconds({
    env: "IMAGE_CACHE_TTL_SECONDS",
    fallback: 3600,
    min: 60,
    max: 86_400,
    about: "How long a compressed image is kept.",
  }),
  responseCacheEnabled: bool({
    env: "RESPONSE_CACHE_ENABLED",
    fallback: true,
    about: "Answers of the text routes of /api/v1 are kept, and served to the same question again.",
  }),
  responseCacheMaxEntries: int({
    env: "RESPONSE_CACHE_MAX_SIZE",
    fallback: 1000,
    min: 1,
    max: 100_000,
    about: "Answers that are kept.",
  }),
  responseCacheMaxBytes: int({
    env: "RESPONSE_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 4096 * MIB,
    about: "Memory for kept answers, in bytes.",
  }),
  responseCacheTtlMs: seconds({
    env: "RESPONSE_CACHE_TTL_SECONDS",
    fallback: 3600,
    min: 60,
    max: 86_400,
    about: "How long an answer is kept.",
  }),
  responseCachePersist: bool({
    env: "RESPONSE_CACHE_PERSIST",
    fallback: false,
    about:
      "Keep the answers in data/response-cache.db too, so that they outlive a restart. Switched off again, the file stays as it is.",
  }),
  responseCacheSemantic: oneOf({
    env: "RESPONSE_CACHE_SEMANTIC",
    fallback: "on",
    values: ["on", "off", "shadow"],
    about:
      "Answer similar questions from the cache too, where the guard finds no difference in them. shadow: only compare what would have been answered with what the model answers.",
  }),
  responseCacheThreshold: fraction({
    env: "RESPONSE_CACHE_SIMILARITY_THRESHOLD",
    fallback: 0.8,
    about:
      'Cosine from which a question of another form may be answered alike ("how can I" like "how do I"). Below it, down to 0.5, only courtesy, contractions, typing errors and the place of "is" may differ.',
  }),
  responseCacheSampled: bool({
    env: "RESPONSE_CACHE_SAMPLED",
    fallback: true,
    about:
      "Keep answers that the model may give differently each time; false: only those with temperature 0 or a seed.",
  }),

  embeddingCacheEnabled: bool({
    env: "EMBEDDING_CACHE_ENABLED",
    fallback: true,
    about: "Keep the vectors of texts, so that a text is computed once for a model.",
  }),
  embeddingCacheMaxSize: int({
    env: "EMBEDDING_CACHE_MAX_SIZE",
    fallback: 10_000,
    min: 1,
    max: 1_000_000,
    about: "Vectors that are kept in memory.",
  }),
  embeddingCacheMaxBytes: int({
    env: "EMBEDDING_CACHE_MAX_BYTES",
    fallback: 64 * MIB,
    min: MIB,
    max: 16_384 * MIB,
    about: "Memory that kept vectors may take; one of all-minilm takes 1.8 KB.",
  }),
  workerThreads: optionalInt({
    env: "WORKER_THREADS",
    min: 1,
    max: 32,
    about:
      "Threads for image compression and large bodies (default: the processor's cores less one, from 1 to 3).",
  }),
  taskDeadlineMs: seconds({
    env: "TASK_DEADLINE",
    fallback: 30,
    min: 1,
    max: 600,
    about: "How long one task may run on such a thread, such as the compression of an image.",
  }),

  allowedModels: modelPatterns({
    env: "ALLOWED_MODELS",
    fallback: "*",
    about: "Models that clients may use.",
  }),
  allowedHosts: hostPatterns({
    env: "ALLOWED_HOSTS",
    about: "Further names that clients may reach the service by (Host header).",
  }),
  ollamaOrigins: originPatterns({
    env: "OLLAMA_ORIGINS",
    about: "Further web origins that may call the service, beside Ollama's built-in list.",
  }),
  forwardAuth: oneOf({
    env: "FORWARD_AUTH",
    fallback: "auto",
    values: ["auto", "always", "never"],
    about:
      "Whether clients' Authorization, X-Api-Key and Api-Key headers go on to the inference server; auto: only to an OLLAMA_BASE_URL that is not on this machine. With requests for cloud models they never do.",
  }),
  trustedProxies: addresses({
    env: "TRUSTED_PROXIES",
    about: "Proxies whose X-Forwarded-For is believed.",
  }),

  defaultTextModel: optionalModel({
    env: "OLLAMA_DEFAULT_TEXT_MODEL",
    about: "Model for requests that name none (default: the profile's).",
  }),
  defaultVisionModel: optionalModel({
    env: "OLLAMA_DEFAULT_VLM_MODEL",
    about: "Model for requests with images that name none (default: the profile's).",
  }),
  forceProfile: optionalText({
    env: "SHARED_OLLAMA_FORCE_PROFILE",
    range: "profile of config/models.yaml",
    about: "Hardware profile to use whatever the machine has.",
  }),
  forceRamGb: optionalInt({
    env: "SHARED_OLLAMA_FORCE_RAM_GB",
    min: 1,
    max: 65_536,
    about: "Memory (GiB) to choose the hardware profile by, instead of what was found.",
  }),
} satisfies Record<string, Setting<unknown>>;

type SettingValues = {
  readonly [K in keyof typeof SETTINGS]: (typeof SETTINGS)[K] extends Setting<infer T> ? T : never;
};

/** All settings, read and checked. Frozen; a part of the service is given the few it needs. */
export type Settings = SettingValues;
