import { isIP } from "node:net";
import type { Environment } from "../../settings.ts";
import { addressKind } from "./address-kind.ts";

/**
 * The proxy that a request goes through: of `HTTP_PROXY` or `HTTPS_PROXY`, except for what
 * `NO_PROXY` names, and for this machine itself. Both spellings count.
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

/** Whether a URL's host is this machine's by its name or its digits alone. */
export function isThisMachine(url: URL): boolean {
  const host = hostOf(url).replace(/\.$/, "");
  if (isIP(host) > 0) return addressKind(host) === "loopback";
  return host === "localhost" || host.endsWith(".localhost");
}

/** `*`, a host, or the end of one; a port narrows it down. */
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
