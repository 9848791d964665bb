import { createMiddleware } from "hono/factory";
import { tenantOf, type ClientAddress } from "../src/access/tenant-name.ts";
import type { AppEnv } from "./env.ts";

/** Says whose request it is: X-Project-Name, else the client's address. */
export function tenant(addresses: ClientAddress) {
  return createMiddleware<AppEnv>(async function tenant(c, next) {
    const exchange = c.get("exchange");
    const record = c.get("record");
    const project = exchange.header("x-project-name");
    const address = addresses.of(exchange.peer, exchange.header("x-forwarded-for"));
    // A name that is refused is logged under the address.
    record.tenant = tenantOf(undefined, address);
    record.tenant = tenantOf(project, address);
    record.project = project;
    await next();
  });
}
