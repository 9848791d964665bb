import type { Settings } from "../../config/schema.ts";
import type { BodyLimit } from "../http/body-limit.ts";

/** The queue's limits for text and for requests with images. */
export function lineLimits(settings: Settings) {
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
  const { text, vision } = lineLimits(settings);
  const stops = hardStops(settings);
  const shown = (limits: typeof text, stopMs: number) => ({
    max_concurrent: limits.maxRunning,
    max_queue_size: limits.maxWaiting,
    default_timeout: stopMs / 1000,
  });
  return { text: shown(text, stops.text), vision: shown(vision, stops.vision) };
}

/** How much of a body of `/api/v1` is read, without images and with. */
export function bodyLimits(settings: Settings) {
  return {
    text: { maxBytes: settings.maxBodyBytes, setting: "MAX_BODY_BYTES" },
    vision: { maxBytes: settings.visionMaxBodyBytes, setting: "VLM_MAX_BODY_BYTES" },
  };
}

/** The limit of a path. Where only the body says whether it has images, the larger one. */
export function bodyLimitOf(settings: Settings): (path: string) => BodyLimit {
  const { text, vision } = bodyLimits(settings);
  const either = vision.maxBytes >= text.maxBytes ? vision : text;
  return (path) => {
    if (VISION_PATH.test(path)) return vision;
    return EITHER_PATH.test(path) ? either : text;
  };
}

const EITHER_PATH = /\/chat\/completions$|^\/api\/v1\/responses$/;
const VISION_PATH = /^\/api\/v1\/(?:batch\/)?vlm(?:\/|$)/;

/** The limits of batches. */
export function batchLimits(settings: Settings) {
  return {
    text: { maxItems: settings.batchTextMaxItems, atOnce: settings.batchTextAtOnce },
    vision: { maxItems: settings.batchVisionMaxItems, atOnce: settings.batchVisionAtOnce },
  };
}
