import { LEFT_OUT } from "./left-out.ts";

/** CHANGELOG.md's heading of changes that no version has yet. */
const UNRELEASED = "Unreleased";

/** A changed default or meaning. */
export interface Change {
  /** The version, as CHANGELOG.md names it. */
  version: string;
  /** The variables that changed; none where the change is about the service as a whole. */
  settings: string[];
  /** The behaviour now, and the one before. */
  what: string;
}

/**
 * The changes that matter for an upgrade. docs/upgrading.md is generated from them, and the start
 * reports those of variables that are set on the machine. Every later change of a default or of a
 * meaning adds a row here, the newest version first. A new setting needs no row.
 */
export const CHANGES: Change[] = [
  {
    version: UNRELEASED,
    settings: ["UPSTREAM_PARALLEL"],
    what: "Not set, a server that was running already gets as many requests side by side as it is seen to work on, up to UPSTREAM_PARALLEL_MAX (4); it got one at a time.",
  },
  {
    version: UNRELEASED,
    settings: ["QUEUE_MODEL_PATIENCE"],
    what: "The most that a model waits for other models' turns; these end sooner where waiting costs more than the loads. They ended after half of it.",
  },
  {
    version: UNRELEASED,
    settings: ["QUEUE_CHAT_MAX_QUEUE_SIZE", "QUEUE_VLM_MAX_QUEUE_SIZE"],
    what: "In a full queue the newest request of the tenant with the longest line is refused for one of a tenant with a shorter line; one tenant's requests used to fill half of it for the others. Tenants take turns by inference time, not by request, and batches wait for all other requests, not only for their tenant's.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "A stream on /api/v1 that has waited for 5 s begins and says what it waits for (STREAM_NOTICE_AFTER; 0: never); from then on a refusal comes in the stream, where it had a status.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "strict: true beside a JSON Schema, which OpenAI's packages send by themselves, is kept on /api/v1: an answer that does not match is 502 schema_mismatch, and a schema that cannot be checked 400; it was passed over.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "A load that fails is told to all who wait for the model; each of them had it loaded again.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "On /api/v1 num_ctx, num_gpu, main_gpu, num_batch, num_thread, use_mmap and draft_num_predict do not load a model anew that is in memory: it runs with those that it was loaded with, and only a num_ctx that is larger than its context loads it, once (CONTEXT_LANES=off: each request loads it as it says, as before).",
  },
  {
    version: UNRELEASED,
    settings: ["IDLE_TIMEOUT", "OLLAMA_MAX_RAM", "RAG_RESERVE_GB"],
    what: "They are read again: a model that has been idle for IDLE_TIMEOUT (default: OLLAMA_KEEP_ALIVE) is unloaded, sooner where memory is tight, and models together take no more than OLLAMA_MAX_RAM, or what the machine has for them (RAG_RESERVE_GB is left to others). 2.0.0 did not read them.",
  },
  {
    version: UNRELEASED,
    settings: [
      "OLLAMA_REQUIRED_MODELS",
      "OLLAMA_MODEL_MEMORY_HINTS",
      "OLLAMA_LARGEST_MODEL_GB",
      "OLLAMA_INFERENCE_BUFFER_GB",
      "OLLAMA_SERVICE_OVERHEAD_GB",
    ],
    what: "They are read again, and win over config/models.yaml. 2.0.0 did not read them.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "The profile's warm-up models, or those that OLLAMA_WARMUP_MODELS names, are loaded at the start where they are installed and fit, and stay for WARMUP_KEEP_ALIVE (30m); OLLAMA_WARMUP_MODELS=none loads none. 2.0.0 loaded nothing before it was asked for.",
  },
  {
    version: UNRELEASED,
    settings: ["AUTO_PULL"],
    what: "While required models are being fetched, GET /api/v1/health says starting; it said healthy.",
  },
  {
    version: UNRELEASED,
    settings: ["OLLAMA_FLASH_ATTENTION"],
    what: "A started Ollama before 0.30 gets OLLAMA_FLASH_ATTENTION=1 unless it is set; it decided by the model's family.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Only clients on the service's own machine may create, copy, pull, push and delete models and forget kept answers, unless ALLOW_REMOTE_MANAGEMENT=true; everyone who was let in could. A reverse proxy's clients are not on this machine.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "On /api/v1 truncate is a field of text requests: false refuses a prompt that does not fit the model's context. A refusal of the inference server for a prompt's length, also of /api/v1/embeddings with truncate: false, is prompt_too_large; it was invalid_request. Answers to cut prompts are not kept in the response cache, nor are vectors of cut texts in that of embeddings; a request for such vectors takes two calls.",
  },
  {
    version: UNRELEASED,
    settings: ["ALLOWED_MODELS"],
    what: "Models that run on other machines (Ollama's cloud) are refused unless ALLOW_CLOUD_MODELS=true, whatever ALLOWED_MODELS says, and patterns such as qwen3:* never mean them; they used to be models like others.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Routes that act for the Ollama account of the machine (/api/me, /api/signout, /api/user/keys) and those that search the web with it answer 403 unless ALLOW_ACCOUNT_ROUTES and ALLOW_EXTERNAL_ROUTES allow them.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "POST routes that Ollama does not have are passed on at once, so that its own 404 comes back; outside /api they waited in the queue and had their model loaded.",
  },
  {
    version: UNRELEASED,
    settings: ["RESPONSE_CACHE_SIMILARITY_THRESHOLD"],
    what: 'The default is 0.8; it was 0.95 and did nothing from 0.5 up. Below it only courtesy, contractions, typing errors and the place of "is" may differ.',
  },
  {
    version: UNRELEASED,
    settings: ["RESPONSE_CACHE_SEMANTIC"],
    what: 'The response cache compares plain English texts only, word for word behind courtesy, contractions and a few typing errors: no synonyms, no other order of words, no texts with code, quotation marks or other signs, and "Java" is not "java", also as the first word. Fewer questions are answered from it; for the same words, too, "!" at the end, white space inside and all marks of other texts count. In its statistics `refused` has wording, similarity and not_guardable only.',
  },
  {
    version: UNRELEASED,
    settings: ["OLLAMA_MAX_LOADED_MODELS"],
    what: "A started Ollama holds as many models as the hardware profile says, 3; it was three for each GPU. 0 leaves the number to Ollama again.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Values that used to be passed over or read as something else stop the start: spans of time that are none (OLLAMA_KEEP_ALIVE=soon), origins and hosts that can match nothing (OLLAMA_ORIGINS, ALLOWED_HOSTS), a path or a user in OLLAMA_HOST, names that no model can have (ALLOWED_MODELS), switches of Ollama's that are neither true nor false (OLLAMA_FLASH_ATTENTION=off counted as true).",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Errors of /api/v1/embeddings are objects in OpenAI's form whatever the body; without `input` they were the service's own.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Statuses of the inference server are told as what they are: 408 and 504 as upstream_timeout (504), all but 400 and 404 as upstream_unavailable (503); many were invalid_request (400).",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "On /api/v1 `n` above 1, a JSON Schema that cannot be used and names that no model can have are refused; they were passed over or ended as 503. reasoning_effort reaches the model, and one that cannot think answers 400.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Messages without text are taken on /api/v1; they were 422.",
  },
  {
    version: UNRELEASED,
    settings: ["ALLOWED_MODELS"],
    what: "A body of which it is not certain what model it names (named twice, something behind its JSON, compressed by something else than zstd) is answered 400; it used to pass.",
  },
  {
    version: UNRELEASED,
    settings: ["OLLAMA_BASE_URL"],
    what: "Clients' cookies are no longer passed on, and their keys only to an OLLAMA_BASE_URL on another machine (FORWARD_AUTH=always: to any). Redirects of the server are not followed.",
  },
  {
    version: UNRELEASED,
    settings: ["HTTP_PROXY", "HTTPS_PROXY"],
    what: "Calls to the inference server go past proxies; only pulls use them.",
  },
  {
    version: UNRELEASED,
    settings: ["MAX_BODY_BYTES", "VLM_MAX_BODY_BYTES", "PROXY_MAX_BODY_BYTES"],
    what: "Beside these limits all bodies share a memory budget, half of it for one tenant (BODY_MEMORY_MAX_BYTES); a body that has to wait too long for it is refused with queue_full.",
  },
  {
    version: UNRELEASED,
    settings: ["IMAGE_CACHE_MAX_SIZE"],
    what: "Kept images are bounded by their memory as well, 64 MiB (IMAGE_CACHE_MAX_BYTES).",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "A second service on the same SHARED_OLLAMA_HOME is refused.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "A client without X-Project-Name is the tenant `[its address]`, in brackets, in logs and in DELETE /api/v1/cache?tenant=…",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "A client that reads nothing of its answer for 120 s is cut off (DOWNLOAD_STALL_TIMEOUT); it could stay for as long as it liked.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "JSON with more than a million values or 500 levels and names of models over 512 characters are refused; there was no limit but the body's size.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "The head of a request has to come within 60 s, and an idle connection is closed after 65 s.",
  },
  {
    version: UNRELEASED,
    settings: [],
    what: "Pulls of the embedded engine follow no address into this machine or its network, unless the registry is there.",
  },
  {
    version: "2.0.0",
    settings: ["API_HOST"],
    what: "The default is 127.0.0.1, it was 0.0.0.0. Any address that others can reach needs ALLOW_UNAUTHENTICATED=true.",
  },
  {
    version: "2.0.0",
    settings: ["OLLAMA_ORIGINS"],
    what: "The default is Ollama's own list of origins, it was any origin. It adds to that list.",
  },
  {
    version: "2.0.0",
    settings: ["OLLAMA_NUM_PARALLEL"],
    what: "Requests that one model works on side by side, as Ollama has it; it was meant as the number of models in memory, which is OLLAMA_MAX_LOADED_MODELS.",
  },
  {
    version: "2.0.0",
    settings: ["OLLAMA_KEEP_ALIVE"],
    what: "The default is 5m, a started Ollama had 30m.",
  },
  {
    version: "2.0.0",
    settings: ["QUEUE_CHAT_DEFAULT_TIMEOUT", "QUEUE_VLM_DEFAULT_TIMEOUT"],
    what: "A hard stop for waiting and running together on /api/v1; it bounded the waiting only.",
  },
  {
    version: "2.0.0",
    settings: ["QUEUE_CHAT_MAX_CONCURRENT", "QUEUE_VLM_MAX_CONCURRENT"],
    what: "Counted over all models and tenants; they held for each of up to eight processes. UPSTREAM_PARALLEL says how many go to one model, TENANT_MAX_TEXT and TENANT_MAX_VLM how many a tenant may have.",
  },
  {
    version: "2.0.0",
    settings: [],
    what: "The levels of API_LOG_LEVEL are debug, info, warn and error; warning and critical stop the start.",
  },
  {
    version: "2.0.0",
    settings: [],
    what: "A file config.toml is not read; settings are environment variables and flags.",
  },
  {
    version: "2.0.0",
    settings: [],
    what: "Clients may use every installed model, it was the profile's (ALLOWED_MODELS narrows it).",
  },
  {
    version: "2.0.0",
    settings: [],
    what: "Large models are fetched only with AUTO_PULL=true or a yes on the terminal; missing ones were fetched at the start.",
  },
  {
    version: "2.0.0",
    settings: [],
    what: "Requests a minute count for each tenant and route; they counted for each address.",
  },
  ...LEFT_OUT.map(({ names, reason }) => ({
    version: "2.0.0",
    settings: names,
    what: `Not read any more. ${reason}`,
  })),
];

/** The changes of variables that are set on this machine, a line for each. */
export function changesFor(isSet: (name: string) => boolean): string[] {
  return CHANGES.flatMap(({ version, settings, what }) => {
    const when = version === UNRELEASED ? "after the last release" : `in ${version}`;
    return settings.filter(isSet).map((name) => `${name} changed ${when}: ${what}`);
  });
}
