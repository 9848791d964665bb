import { isLoopback } from "../../config/load.ts";
import { ClientAddress } from "../access/client-address.ts";
import { TenantNames } from "../access/tenant-name.ts";
import { createApp } from "../app.ts";
import { createExchange } from "../http/http.ts";
import { serviceVersion } from "../runtime/paths.ts";
import type { Base } from "./base.ts";
import { bodyLimitOf } from "./limits.ts";
import type { Metrics } from "./metrics.ts";
import { ollamaServices, type OllamaParts } from "./ollama-routes.ts";
import type { Requests } from "./requests.ts";
import { serviceParts, type ServiceRouteParts } from "./service-routes.ts";

/** What the HTTP side is made from. */
export interface AppParts extends ServiceRouteParts, OllamaParts {
  base: Base;
  requests: Requests;
  metrics: Metrics;
}

/** Builds the HTTP side: guards and routers. */
export function composeApp(parts: AppParts): ReturnType<typeof createApp> {
  const { settings, logs, events, keys } = parts.base;
  const { watches, ...lifecycle } = parts.requests;
  return createApp({
    version: serviceVersion,
    isStopping: parts.isStopping,
    requestLifecycle: {
      exchangeOf: (c) => createExchange(c.req.raw, c.env, watches),
      ...lifecycle,
      events,
    },
    hostAndOrigin: {
      origins: settings.ollamaOrigins,
      hosts: settings.allowedHosts,
      checkHost: isLoopback(settings.apiHost),
      headers: settings.tenantHeaders,
    },
    bodyLimit: bodyLimitOf(settings),
    tenant: {
      addresses: new ClientAddress(settings.trustedProxies),
      names: new TenantNames({ headers: settings.tenantHeaders, keys }),
      events,
    },
    service: serviceParts(parts),
    ollama: ollamaServices(parts),
    metrics: parts.metrics,
    onError: logs.requestFailed,
  });
}
