import { createMiddleware } from "hono/factory";
import type { ClientAddress } from "../src/access/client-address.ts";
import { tenantOfAddress, type TenantNames } from "../src/access/tenant-name.ts";
import type { ServiceEvents } from "../src/events/service-events.ts";
import type { AppEnv } from "./env.ts";

interface TenantOptions {
  addresses: Pick<ClientAddress, "of">;
  names: Pick<TenantNames, "projectOf">;
  events: Pick<ServiceEvents, "emit">;
}

/**
 * Sets the tenant of a request: the project that it names, else the client's address. Those who look
 * on are told of it.
 */
export function tenant({ addresses, names, events }: TenantOptions) {
  return createMiddleware<AppEnv>(async function tenant(c, next) {
    const exchange = c.get("exchange");
    const record = c.get("record");
    const address = addresses.of(exchange.peer, exchange.header("x-forwarded-for"));
    record.client = address;
    // A request whose name is refused is logged under its address.
    record.tenant = tenantOfAddress(address);
    record.project = names.projectOf(exchange);
    if (record.project !== undefined) record.tenant = record.project;
    events.emit("requestKnown", record);
    await next();
  });
}
