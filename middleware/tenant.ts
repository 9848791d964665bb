import { createMiddleware } from "hono/factory";
import { tenantOf, type ClientAddress } from "../src/access/tenant-name.ts";
import type { ServiceEvents } from "../src/events/service-events.ts";
import type { AppEnv } from "./env.ts";

/**
 * Sets the tenant of a request: X-Project-Name, else the client's address. Those who look on are
 * told of it.
 */
export function tenant(addresses: ClientAddress, events: Pick<ServiceEvents, "emit">) {
  return createMiddleware<AppEnv>(async function tenant(c, next) {
    const exchange = c.get("exchange");
    const record = c.get("record");
    const project = exchange.header("x-project-name");
    const address = addresses.of(exchange.peer, exchange.header("x-forwarded-for"));
    record.client = address;
    // A request whose name is refused is logged under its address.
    record.tenant = tenantOf(undefined, address);
    record.tenant = tenantOf(project, address);
    record.project = project;
    events.emit("requestKnown", record);
    await next();
  });
}
