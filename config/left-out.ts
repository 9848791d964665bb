/** Settings of the service before 2.0.0 that are not read any more, and why. */
export interface LeftOut {
  names: string[];
  reason: string;
}

/**
 * A change that brings one of these settings back removes it here, and adds a row to changes.ts.
 */
export const LEFT_OUT: LeftOut[] = [
  {
    names: ["OLLAMA_METAL", "OLLAMA_NUM_GPU", "OLLAMA_NUM_THREAD"],
    reason:
      "Ollama reads none of them: it uses the GPU by itself, and num_gpu and num_thread are options of a request or a model.",
  },
  {
    names: ["OLLAMA_MANAGER_AUTO_DETECT_OPTIMIZATIONS"],
    reason: "It set variables that Ollama does not read.",
  },
  {
    names: ["OLLAMA_MANAGER_WAIT_FOR_READY"],
    reason:
      "The service starts in any case, and answers 503 until the server is there; OLLAMA_MANAGER_MAX_WAIT_TIME says how long that may take.",
  },
  {
    names: ["API_RELOAD"],
    reason: "A switch for developing the service itself.",
  },
  {
    names: ["API_TITLE", "API_VERSION", "API_DOCS_URL", "API_OPENAPI_URL"],
    reason: "The OpenAPI document is the same wherever the service runs, and so is its place.",
  },
  {
    names: ["CLIENT_TIMEOUT"],
    reason:
      "The hard stops end what takes too long (QUEUE_CHAT_DEFAULT_TIMEOUT, QUEUE_VLM_DEFAULT_TIMEOUT); beside them a silent model is waited for.",
  },
  {
    names: [
      "CLIENT_MAX_CONNECTIONS",
      "CLIENT_MAX_KEEPALIVE_CONNECTIONS",
      "CLIENT_MAX_CONCURRENT_REQUESTS",
    ],
    reason:
      "The queue says how many requests go to the server (UPSTREAM_PARALLEL, QUEUE_CHAT_MAX_CONCURRENT, QUEUE_VLM_MAX_CONCURRENT).",
  },
  {
    names: ["CLIENT_MAX_RETRIES", "CLIENT_RETRY_DELAY"],
    reason:
      "A request that has reached a model is not sent twice; a server that is away is tried again by itself, and clients are told when to come back.",
  },
  { names: ["CLIENT_VERBOSE"], reason: "API_LOG_LEVEL=debug tells more." },
];

/**
 * A setting of earlier scripts. Other programs use such names too, so a set variable means nothing.
 */
export const LEFT_OUT_SCRIPTS: LeftOut = {
  names: ["OLLAMA_URL"],
  reason: "It named an Ollama for scripts; commands ask the service, at SHARED_OLLAMA_URL.",
};
