import { vi } from "vitest";
import { startFakeOllama, type FakeOllama, type FakeOptions } from "./fake-ollama.ts";
import { startGateway, type Gateway } from "./gateway.ts";
import { startCollector, type OtlpCollector } from "./otlp-collector.ts";

/** The service with traces, what they are sent to, and the inference server. */
export interface TracedService {
  gateway: Gateway;
  collector: OtlpCollector;
  ollama: FakeOllama;
}

interface TracedOptions {
  /** OpenTelemetry's variables beside the collector's address. */
  otel?: Record<string, string>;
  env?: Record<string, string>;
  fake?: FakeOptions;
  /** One that is there already. */
  collector?: OtlpCollector;
}

export async function startTraced({
  otel = {},
  env = {},
  fake = {},
  collector: given,
}: TracedOptions = {}): Promise<TracedService> {
  const collector = given ?? (await startCollector());
  const models = ["fake:latest", "all-minilm:latest"];
  const ollama = await startFakeOllama({ models, ...fake });
  ollama.inMemory.push(...models);
  const variables = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: "20",
    ...otel,
  };
  // The library reads the process's own when the service is made.
  for (const [name, value] of Object.entries(variables)) vi.stubEnv(name, value);
  try {
    const settings = { OLLAMA_BASE_URL: ollama.url, RATE_LIMIT_ENABLED: "false", ...env };
    const gateway = await startGateway(settings, variables);
    return { gateway, collector, ollama };
  } finally {
    vi.unstubAllEnvs();
  }
}

/** A header of what the fake received last on a path. */
export function lastHeader(ollama: FakeOllama, path: string, name: string): string | undefined {
  const { rawHeaders = [] } = ollama.to(path).at(-1) ?? {};
  const at = rawHeaders.findIndex((header, i) => i % 2 === 0 && header.toLowerCase() === name);
  return at < 0 ? undefined : rawHeaders[at + 1];
}

/** The traceparent that the fake received last on a path, in its parts. */
export function sentParent(
  ollama: FakeOllama,
  path: string,
): { traceId: string; spanId: string; flags: string } | undefined {
  const header = lastHeader(ollama, path, "traceparent") ?? "";
  const parts = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/.exec(header);
  const [, traceId = "", spanId = "", flags = ""] = parts ?? [];
  return parts ? { traceId, spanId, flags } : undefined;
}
