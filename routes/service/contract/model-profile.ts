import { z } from "@hono/zod-openapi";
import { limitsSchema } from "../../../src/models/limits.ts";

const gb = z.int().openapi({ description: "GiB" });

/** The body of `/api/v1/system/model-profile` (src/models/model-profile.ts). */
export const ModelProfile = z
  .object({
    profile: z.string(),
    selection_method: z.enum(["auto", "forced_profile", "forced_ram"]),
    architecture: z.string(),
    detected_ram_gb: gb.nullable(),
    effective_ram_gb: gb,
    forced_profile: z.string().nullable(),
    forced_ram_gb: gb.nullable(),
    min_ram_gb: gb.nullable(),
    max_ram_gb: gb.nullable(),
    default_vlm_model: z.string(),
    default_text_model: z.string(),
    embedding_model: z.string(),
    required_models: z.array(z.string()).openapi({
      description:
        "What the inference server in use is to have: the profile's models or those of OLLAMA_REQUIRED_MODELS, as far as clients may use them; with the embedded engine its own text model alone",
    }),
    warmup_models: z.array(z.string()),
    allowed_models: z.array(z.string()),
    memory_hints: z
      .record(z.string(), gb)
      .openapi({ description: "Model to the memory it takes, in GiB" }),
    largest_model_gb: gb,
    inference_buffer_gb: gb,
    service_overhead_gb: gb,
    prompt_cache_mib: z
      .int()
      .describe(
        "Prompts that each model of a started Ollama keeps in main memory, from Ollama 0.30 on",
      ),
    limits: limitsSchema().openapi("Limits", { description: "The limits in force" }),
  })
  .openapi("ModelProfile", {
    example: {
      profile: "small",
      selection_method: "auto",
      architecture: "x64",
      detected_ram_gb: 32,
      effective_ram_gb: 32,
      forced_profile: null,
      forced_ram_gb: null,
      min_ram_gb: null,
      max_ram_gb: 32,
      default_vlm_model: "qwen3-vl:8b-instruct-q4_K_M",
      default_text_model: "qwen3:14b-q4_K_M",
      embedding_model: "all-minilm",
      required_models: ["qwen3:14b-q4_K_M", "qwen3-vl:8b-instruct-q4_K_M"],
      warmup_models: ["qwen3:14b-q4_K_M", "qwen3-vl:8b-instruct-q4_K_M"],
      allowed_models: ["*"],
      memory_hints: { "qwen3:14b-q4_K_M": 8, "qwen3-vl:8b-instruct-q4_K_M": 6 },
      largest_model_gb: 8,
      inference_buffer_gb: 4,
      service_overhead_gb: 2,
      prompt_cache_mib: 512,
      limits: {
        max_body_bytes: 1_572_864,
        vlm_max_body_bytes: 1_572_864,
        proxy_max_body_bytes: 67_108_864,
        body_memory_max_bytes: 3_435_973_836,
        image: { max_bytes: 10_485_760, max_pixels: 100_000_000, max_dimension: 2667 },
        batch: {
          chat: { max_requests: 50, at_once: 5 },
          vlm: { max_requests: 20, at_once: 3 },
        },
        response_cache: { max_entries: 1000, max_bytes: 67_108_864, ttl_sec: 3600 },
        worker_threads: 3,
        task_deadline_sec: 30,
        max_prompt_tokens: 4096,
        prompt_tokens_by_model: {},
        rate_limit_enabled: true,
        requests_per_minute: { generate: 60, chat: 60, vlm: 30 },
        tenant_max_text: 6,
        tenant_max_vlm: 3,
        agent_runs_per_tenant: 2,
        text: { max_concurrent: 6, max_queue_size: 50, hard_stop_sec: 120 },
        vlm: { max_concurrent: 3, max_queue_size: 20, hard_stop_sec: 150 },
        model_max_concurrent: 1,
        model_max_tried: 4,
        max_loaded_models: 3,
        queue_model_patience_sec: 30,
        upload_stall_sec: 120,
        download_stall_sec: 120,
        drain_sec: 30,
        mcp_max_servers: 16,
        allowed_models: ["*"],
        json: {
          max_values: 1_000_000,
          max_values_service: 80_000,
          max_levels: 500,
          max_list_entries: { messages: 2048, tools: 1024 },
        },
        model_name_max_chars: 512,
      },
    },
  });
