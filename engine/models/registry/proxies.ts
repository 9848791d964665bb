import { isIP } from "node:net";
import type { Environment } from "../../settings.ts";
import { addressKind } from "./address-kind.ts";

/**
 * The proxy of a request: `HTTP_PROXY` or `HTTPS_PROXY`, except for hosts in `NO_PROXY` and for
 * this machine. Names in lower case count as well.
 */
export function proxyFor(url: URL, environment: Environment): string | undefined {
  const proxy = variable(environment, url.protocol === "https:" ? "HTTPS_PROXY" : "HTTP_PROXY");
  if (proxy === "" || isThisMachine(url)) return undefined;
  const exceptions = variable(environment, "NO_PROXY")
    .toLowerCase()
    .split(/[\s,]+/);
  return exceptions.some((entry) => names(entry, url)) ? undefined : proxy;
}

/** The host of a URL without the brackets of IPv6. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** Whether a URL's host is this machine, by its name or as a numeric address. */
export function isThisMachine(url: URL): boolean {
  const host = hostOf(url).replace(/\.$/, "");
  if (isIP(host) > 0) return addressKind(host) === "loopback";
  return host === "localhost" || host.endsWith(".localhost");
}

/**
 * Whether an entry of `NO_PROXY` matches: `*`, a host, or the end of one, with an optional port.
 */
function names(entry: string, url: URL): boolean {
  if (entry === "*") return true;
  const [, bare = "", port] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry) ?? [];
  if (bare === "") return false;
  const actual = url.port || (url.protocol === "https:" ? "443" : "80");
  if (port !== undefined && port !== actual) return false;
  const host = hostOf(url);
  return host === bare || host.endsWith(`.${bare}`);
}

function variable(environment: Environment, name: string): string {
  return (environment[name] ?? environment[name.toLowerCase()] ?? "").trim();
}
