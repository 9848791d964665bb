import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { CliError } from "../cli-error.ts";

/** The limits of one project that a load test runs into. */
export interface ProjectLimits {
  /** Requests a minute; undefined where they are not limited. */
  perMinute: number | undefined;
  /** Requests that may be under way. */
  underWay: number;
}

interface CheckOptions {
  model: string | undefined;
  /** Milliseconds that the service may take to tell how it is. */
  healthTimeoutMs: number;
}

/**
 * Looks whether the service can be tested, and with which limits.
 * @throws NotFound for a model that is not there, NotRunning, CliError for a service that is not well.
 */
export async function checkService(cli: Cli, options: CheckOptions): Promise<ProjectLimits> {
  const { model, healthTimeoutMs } = options;
  const late = AbortSignal.timeout(healthTimeoutMs);
  const health = await answered(
    cli.api.GET("/api/v1/health", { signal: AbortSignal.any([late, cli.signal]) }),
  ).catch((err: unknown) => {
    if (!late.aborted) throw err;
    const seconds = healthTimeoutMs / 1000;
    throw new CliError(`The service has not told within ${seconds} s how it is (--health-timeout)`);
  });
  if (health.ollama_service !== "healthy") {
    throw new CliError(
      `The service cannot answer: ${health.ollama_status}. See: shared-ollama doctor`,
    );
  }
  if (model !== undefined) {
    const path = { name: model };
    await answered(cli.api.GET("/api/v1/models/{name}", { params: { path } }));
  }
  const { limits } = await answered(cli.api.GET("/api/v1/system/model-profile"));
  const perMinute = limits.requests_per_minute?.["generate"];
  return {
    perMinute: limits.rate_limit_enabled && typeof perMinute === "number" ? perMinute : undefined,
    underWay: limits.tenant_max_text,
  };
}
