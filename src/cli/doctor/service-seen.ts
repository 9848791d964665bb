import { z } from "zod";
import { addressOf } from "../service-url.ts";
import type { Machine } from "./machine.ts";

const Health = z.object({
  status: z.enum(["starting", "healthy", "unhealthy", "stopping"]),
  ollama_status: z.string(),
  version: z.string(),
  /** Earlier versions do not tell it. */
  inference_server: z.enum(["external", "ollama", "engine"]).nullish(),
  missing_models: z.array(
    z.object({ name: z.string(), state: z.string(), error: z.string().nullable() }),
  ),
  problems: z.array(z.string()).optional(),
});

/** A service of ours that answers. */
export interface ServiceSeen {
  origin: string;
  health: z.infer<typeof Health>;
}

/** It asks its inference server before it answers. */
const HEALTH_MS = 8000;

/** The service at an address that it listens at; undefined where none of ours answers there. */
export async function lookForService(
  fetch: Machine["fetch"],
  { host, port }: { host: string; port: number },
): Promise<ServiceSeen | undefined> {
  if (port === 0) return undefined;
  const origin = addressOf({ host, port });
  try {
    const signal = AbortSignal.timeout(HEALTH_MS);
    const answer = await fetch(`${origin}/api/v1/health`, { signal });
    // Whatever else has the port: it does not name requests as ours does.
    if (!answer.headers.has("x-shared-ollama-request-id")) {
      await answer.body?.cancel();
      return undefined;
    }
    return { origin, health: Health.parse(await answer.json()) };
  } catch {
    return undefined;
  }
}
