import type { Exchange } from "../http/exchange.ts";
import type { Route } from "../http/router.ts";
import type { Watchdog } from "../watch/watchdog.ts";

/**
 * GET /health: whether the engine makes progress, and how many requests wait for which place.
 * Ollama has no such route.
 */
export function healthRoute(watchdog: Pick<Watchdog, "health">): Route {
  const handler = (exchange: Exchange) => {
    const health = watchdog.health();
    exchange.json(health.status === "ok" ? 200 : 503, health);
  };
  return { methods: ["GET"], path: "/health", handler };
}
