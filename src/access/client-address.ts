import { BlockList, isIP } from "node:net";
import { flat, TEXT_LIMITS } from "../runtime/text-limits.ts";

/** Finds a client's address behind proxies that are trusted to tell it. */
export class ClientAddress {
  readonly #trusted = new BlockList();
  readonly #trustsAny: boolean;

  /** @param proxies addresses and CIDR ranges; others are ignored in X-Forwarded-For. */
  constructor(proxies: string[]) {
    this.#trustsAny = proxies.length > 0;
    for (const entry of proxies) {
      const [address = "", prefix] = entry.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      if (isIP(address) === 0) continue;
      if (prefix === undefined) this.#trusted.addAddress(address, family);
      else this.#trusted.addSubnet(address, Number(prefix), family);
    }
  }

  /** The last hop that is not a trusted proxy; at most `TEXT_LIMITS.address` characters. */
  of(peer: string, forwardedFor: string | undefined): string {
    const direct = plainAddress(peer);
    if (!this.#trustsAny || !forwardedFor || !this.#trusts(direct)) return direct;
    const client = this.#lastUntrusted(forwardedFor);
    // What is left of a hop that is no address was not written by a trusted proxy.
    return client !== undefined && isAddress(client) ? flat(client) : direct;
  }

  /** From the right, since clients write on the left, and as much as they like. */
  #lastUntrusted(hops: string): string | undefined {
    for (let end = hops.length; end > 0;) {
      const comma = hops.lastIndexOf(",", end - 1);
      const hop = plainAddress(hops.slice(comma + 1, end).trim());
      if (hop !== "" && !this.#trusts(hop)) return hop;
      end = comma;
    }
    return undefined;
  }

  #trusts(address: string): boolean {
    const family = isAddress(address) ? isIP(address) : 0;
    return family !== 0 && this.#trusted.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}

/** An IPv6 address may have a zone, of any length. */
function isAddress(text: string): boolean {
  return text.length <= TEXT_LIMITS.address && isIP(text) !== 0;
}

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
