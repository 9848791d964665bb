import { BunExchange, type BunEnv } from "./exchange-bun.ts";
import { NodeExchange, type NodeEnv } from "./exchange-node.ts";
import type { Exchange } from "./exchange.ts";
import type { HeaderFilter } from "./hop-headers.ts";
import { onBun } from "../runtime/on-bun.ts";
import { BunTransport } from "./transport-bun.ts";
import { NodeTransport } from "./transport-node.ts";
import type { Transport } from "./transport.ts";
import type { Watches } from "./watches.ts";

/** The transport of this runtime. */
export function createTransport(filter: HeaderFilter): Transport {
  return onBun ? new BunTransport(filter) : new NodeTransport(filter);
}

/** The exchange of a request on this runtime. */
export function createExchange(
  request: Request,
  env: NodeEnv | BunEnv,
  watches: Watches,
): Exchange {
  return "server" in env ? new BunExchange(request, env, watches) : new NodeExchange(env, watches);
}
