import { describe, expect, it } from "vitest";
import { ModelProfile } from "../../routes/service/contract/model-profile.ts";
import { HeldAnswers } from "../support/held-answers.ts";
import { LIMITS } from "../../src/models/limits.ts";
import { runtime } from "../../src/runtime/on-bun.ts";
import { serviceVersion } from "../../src/runtime/paths.ts";
import { until } from "../support/deadline.ts";
import { expectNativeError, idOf, jsonOf, startService } from "../support/service.ts";

describe("GET /api/v1/health and /api/v1/ready", () => {
  it("tells that all is well", async () => {
    const { gateway } = await startService({ OLLAMA_REQUIRED_MODELS: "fake" });
    const health = await gateway.get("/api/v1/health");
    expect(health.status).toBe(200);
    idOf(health);
    expect(await jsonOf(health)).toEqual({
      status: "healthy",
      ollama_status: "running",
      ollama_service: "healthy",
      version: serviceVersion,
      runtime,
      inference_server: "external",
      missing_models: [],
    });
    const ready = await gateway.get("/api/v1/ready");
    expect(ready.status).toBe(200);
    expect(await jsonOf(ready)).toEqual({ status: "ready" });
  });

  it("stays at 200 with the reason when the server has gone, while ready turns 503", async () => {
    const { gateway, ollama } = await startService();
    await ollama.stop();
    await gateway.post("/api/v1/generate", { model: "fake", prompt: "hi" });
    await until(
      async () => (await gateway.get("/api/v1/ready")).status === 503,
      "the service notices that the server has gone",
    );
    const health = await gateway.get("/api/v1/health");
    expect(health.status).toBe(200);
    expect(await jsonOf(health)).toEqual({
      status: "unhealthy",
      ollama_status: "it stopped answering",
      ollama_service: "unhealthy: it stopped answering",
      version: serviceVersion,
      runtime,
      inference_server: null,
      missing_models: [],
    });
    await expectNativeError(await gateway.get("/api/v1/ready"), {
      status: 503,
      code: "upstream_unavailable",
      type: "ConnectionError",
      says: /it stopped answering/,
      more: { retry_after: expect.any(Number) },
    });
  });
});

describe("GET /api/v1/queue/stats", () => {
  it("counts what runs, waits, has ended and has failed", async () => {
    const { gateway, ollama } = await startService();
    const chats = new HeldAnswers(ollama, "/api/chat");
    const body = { model: "fake", messages: [{ role: "user", content: "hi" }] };
    const running = gateway.post("/api/v1/chat", body);
    const waiting = gateway.post("/api/v1/chat", body);
    const first = await chats.next();
    const stats = async () => jsonOf(await gateway.get("/api/v1/queue/stats"));
    const none = {
      queued: 0,
      in_progress: 0,
      completed: 0,
      failed: 0,
      rejected: 0,
      timeout: 0,
      total_wait_time_ms: 0,
      max_wait_time_ms: 0,
      avg_wait_time_ms: 0,
    };
    await until(async () => (await stats())["queued"] === 1, "the second request waits");
    const waits = ["total_wait_time_ms", "max_wait_time_ms", "avg_wait_time_ms"];
    expect(await stats()).toEqual({
      ...none,
      ...Object.fromEntries(waits.map((name) => [name, expect.any(Number)])),
      queued: 1,
      in_progress: 1,
      max_concurrent: 6,
      max_queue_size: 50,
      default_timeout: 120,
      vlm: { ...none, max_concurrent: 3, max_queue_size: 20, default_timeout: 150 },
      raised_parallel: {},
    });
    first.finish();
    (await chats.next()).json({ error: "no" }, 500);
    await Promise.all([running, waiting]);
    await until(async () => (await stats())["failed"] === 1, "both have ended");
    expect(await stats()).toMatchObject({
      queued: 0,
      in_progress: 0,
      completed: 1,
      failed: 1,
      total_wait_time_ms: expect.toSatisfy((ms: number) => ms > 0),
    });
  });
});

describe("GET /api/v1/system/model-profile", () => {
  it("tells the profile and the limits in force", async () => {
    const { gateway } = await startService({
      SHARED_OLLAMA_FORCE_RAM_GB: "32",
      MAX_PROMPT_TOKENS: "100",
      ALLOWED_MODELS: "b*,a",
    });
    const answer = await gateway.get("/api/v1/system/model-profile");
    expect(answer.status).toBe(200);
    expect(await jsonOf(answer)).toMatchObject({
      profile: "small",
      selection_method: "forced_ram",
      effective_ram_gb: 32,
      forced_ram_gb: 32,
      forced_profile: null,
      allowed_models: ["a", "b*"],
      required_models: expect.any(Array),
      memory_hints: expect.any(Object),
      limits: {
        max_body_bytes: 1_572_864,
        max_prompt_tokens: 100,
        tenant_max_text: 6,
        tenant_max_vlm: 3,
        text: { max_concurrent: 6, max_queue_size: 50, hard_stop_sec: 120 },
        rate_limit_enabled: true,
        requests_per_minute: { chat: 60, vlm: 30 },
        // An Ollama that was running already.
        model_max_concurrent: 1,
        max_loaded_models: null,
        json: { max_values: 1_000_000, max_levels: 500, max_list_entries: { messages: 2048 } },
      },
    });
  });

  it("has no field that the document does not describe", async () => {
    const { gateway } = await startService();
    const profile = await jsonOf(await gateway.get("/api/v1/system/model-profile"));
    expect(ModelProfile.parse(profile)).toEqual(profile);
  });

  it("shows every limit, whatever is set", async () => {
    const { gateway } = await startService({ RATE_LIMIT_ENABLED: "false" });
    const { limits } = await jsonOf(await gateway.get("/api/v1/system/model-profile"));
    const shown = fieldsOf(limits as Record<string, unknown>);
    expect(LIMITS.map(({ field }) => field).filter((field) => !shown.has(field))).toEqual([]);
  });
});

/** The names of all fields, those in groups as `group.field`. */
function fieldsOf(group: Record<string, unknown>, prefix = ""): Set<string> {
  const named = Object.entries(group).flatMap(([name, value]) => {
    const isGroup = typeof value === "object" && value !== null && !Array.isArray(value);
    const inner = isGroup ? fieldsOf(value as Record<string, unknown>, `${prefix}${name}.`) : [];
    return [prefix + name, ...inner];
  });
  return new Set(named);
}
