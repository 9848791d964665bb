import type { ServiceRouter } from "../router.ts";
import { analyticsRoute } from "./analytics.ts";
import { exportRoute } from "./export.ts";
import type { FiguresServices } from "./figures-services.ts";
import { metricsRoute } from "./metrics.ts";
import { performanceRoute } from "./performance.ts";
import { usageRoute } from "./usage.ts";

/** The routes that show figures of requests. */
export function figuresRoutes(router: ServiceRouter, services: FiguresServices): void {
  metricsRoute(router, services);
  performanceRoute(router, services);
  analyticsRoute(router, services);
  exportRoute(router, services);
  usageRoute(router, services);
}
