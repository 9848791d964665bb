import { BlockList, isIP } from "node:net";
import { ServiceError } from "../errors/service-error.ts";

const NAME = /^[A-Za-z0-9._\-/@:]{1,64}$/;

/**
 * Who a request belongs to: the project it names, else the client's address.
 * @throws ServiceError `invalid_project_name` for a name that is not one.
 */
export function tenantOf(projectName: string | undefined, address: string): string {
  if (projectName === undefined || projectName === "") return address;
  if (NAME.test(projectName)) return projectName;
  throw new ServiceError(
    "invalid_project_name",
    "X-Project-Name takes 1 to 64 letters, digits and . _ - / @ :",
  );
}

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

  /** The last hop that is not a trusted proxy. */
  of(peer: string, forwardedFor: string | undefined): string {
    const direct = plainAddress(peer);
    if (!this.#trustsAny || !forwardedFor || !this.#trusts(direct)) return direct;
    const hops = forwardedFor.split(",").map((hop) => plainAddress(hop.trim()));
    const client = hops.findLast((hop) => hop !== "" && !this.#trusts(hop));
    // What is left of a hop that is no address was not written by a trusted proxy.
    return client !== undefined && isIP(client) !== 0 ? client : direct;
  }

  #trusts(address: string): boolean {
    const family = isIP(address);
    return family !== 0 && this.#trusted.check(address, family === 6 ? "ipv6" : "ipv4");
  }
}

/** IPv4 addresses that arrive on an IPv6 socket are written as IPv4. */
export function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}
