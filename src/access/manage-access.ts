import { BlockList, isIP } from "node:net";
import { ServiceError } from "../errors/service-error.ts";
import type { Exchange } from "../http/exchange.ts";
import { TEXT_LIMITS } from "../runtime/text-limits.ts";

/** What is known of where a request comes from. */
export type RequestSource = Pick<Exchange, "peer" | "header">;

/**
 * Decides who may change what all clients share: models and kept answers. Clients on this machine
 * may, others only where the operator says so.
 */
export class ManageAccess {
  readonly #allowsRemote: boolean;

  /** @param options.allowRemote ALLOW_REMOTE_MANAGEMENT. */
  constructor({ allowRemote }: { allowRemote: boolean }) {
    this.#allowsRemote = allowRemote;
  }

  /** Whether a client may manage, and with that see what others do. */
  allows(source: RequestSource): boolean {
    return this.#allowsRemote || isOnThisMachine(source);
  }

  /** @throws ServiceError `forbidden` for a client that may not. */
  assert(source: RequestSource): void {
    if (this.allows(source)) return;
    throw new ServiceError(
      "forbidden",
      "Only clients on the service's own machine may change this (ALLOW_REMOTE_MANAGEMENT=true lets others)",
    );
  }
}

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet("127.0.0.0", 8, "ipv4");
LOOPBACK.addAddress("::1", "ipv6");
// IPv4 in IPv6, in either notation.
LOOPBACK.addSubnet("::ffff:127.0.0.0", 104, "ipv6");

/** Lists of addresses, the client's first, in which proxies say whom they speak for. */
const ADDRESS_HEADERS = [
  "x-forwarded-for",
  "x-real-ip",
  "x-client-ip",
  "true-client-ip",
  "cf-connecting-ip",
];

/**
 * Whether a client is a program on this machine: the connection comes from a loopback address, and
 * no header tells of another one. Whoever connects may write such a header, so it can only speak
 * against a client. A proxy on this machine is no client on this machine; one that does not say whom
 * it speaks for cannot be told from one.
 */
export function isOnThisMachine(source: RequestSource): boolean {
  if (!isLoopbackAddress(source.peer)) return false;
  const forwarded = source.header("forwarded");
  if (forwarded !== undefined && !forwarded.split(",").every(isForLoopback)) return false;
  return ADDRESS_HEADERS.every((name) => {
    const hops = source.header(name);
    return hops === undefined || hops.split(",").every((hop) => isLoopbackNode(hop.trim()));
  });
}

/** An element of `Forwarded` (RFC 7239). A proxy that hides its client speaks for one elsewhere. */
function isForLoopback(element: string): boolean {
  const clients = element
    .split(";")
    .map((pair) => /^\s*for\s*=\s*("?)(.*)\1\s*$/i.exec(pair)?.[2])
    .filter((client) => client !== undefined);
  return clients.length === 1 && clients.every(isLoopbackNode);
}

/** An address with or without brackets and a port. */
function isLoopbackNode(node: string): boolean {
  const inBrackets = /^\[(.+)\](?::\d+)?$/.exec(node)?.[1];
  const withPort = /^([\d.]+):\d+$/.exec(node)?.[1];
  return isLoopbackAddress(inBrackets ?? withPort ?? node);
}

function isLoopbackAddress(address: string): boolean {
  // A zone can have any length, and no loopback address has one.
  if (address.length > TEXT_LIMITS.address || address.includes("%")) return false;
  const family = isIP(address);
  return family !== 0 && LOOPBACK.check(address, family === 6 ? "ipv6" : "ipv4");
}
