import type { Settings } from "../../config/schema.ts";

/** The queue's limits for text and for requests with images. */
export function poolLimits(settings: Settings) {
  return {
    text: {
      maxRunning: settings.queueTextMaxRunning,
      maxWaiting: settings.queueTextMaxWaiting,
      tenantMaxRunning: settings.tenantMaxText,
    },
    vision: {
      maxRunning: settings.queueVisionMaxRunning,
      maxWaiting: settings.queueVisionMaxWaiting,
      tenantMaxRunning: settings.tenantMaxVision,
    },
  };
}

/** The hard stops in milliseconds. */
export function hardStops(settings: Settings) {
  return { text: settings.queueTextTimeoutMs, vision: settings.queueVisionTimeoutMs };
}

/** The limits as `/api/v1/queue/stats` shows them. */
export function queueFacts(settings: Settings) {
  const { text, vision } = poolLimits(settings);
  const stops = hardStops(settings);
  const shown = (limits: typeof text, stopMs: number) => ({
    max_concurrent: limits.maxRunning,
    max_queue_size: limits.maxWaiting,
    default_timeout: stopMs / 1000,
  });
  return { text: shown(text, stops.text), vision: shown(vision, stops.vision) };
}
