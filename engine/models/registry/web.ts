import { isIP } from "node:net";
import type { Dispatcher } from "undici";
import type { Environment } from "../../settings.ts";
import { ForbiddenAddressError } from "./address-policy.ts";
import { requestDirectly, type WebRequest } from "./direct-request.ts";
import { hostOf, isThisMachine, proxyFor } from "./proxies.ts";

/**
 * Sends a GET, without following redirects. A proxy resolves the host name itself, so behind a
 * proxy only numeric hosts and this machine's names can be checked.
 */
export type Web = (url: URL, request: WebRequest) => Promise<Response>;

type ThroughProxy = (url: URL, request: WebRequest, proxy: string) => Promise<Response>;

/** Requests go directly, or through the proxies of `environment`. */
export function createWeb(environment: Environment): Web {
  const throughProxy = process.versions["bun"] === undefined ? nodeProxies() : bunProxies;
  return async (url, request) => {
    const proxy = proxyFor(url, environment);
    if (proxy === undefined) return requestDirectly(url, request);
    const host = hostOf(url);
    const digits = isThisMachine(url) ? "127.0.0.1" : host;
    if (isIP(digits) > 0 && !request.policy.allows(digits)) throw new ForbiddenAddressError(host);
    return throughProxy(url, request, proxy);
  };
}

const bunProxies: ThroughProxy = async (url, { headers, signal, unverified }, proxy) => {
  const tls = { rejectUnauthorized: !unverified };
  return fetch(url, { headers, signal, redirect: "manual", tls, proxy } as RequestInit);
};

/** At most one connection pool for each proxy and each kind of verification. */
function nodeProxies(): ThroughProxy {
  const dispatchers = new Map<string, Dispatcher>();
  return async (url, { headers, signal, unverified }, uri) => {
    const { ProxyAgent, fetch } = await import("undici");
    const key = `${uri} ${unverified}`;
    const requestTls = { rejectUnauthorized: !unverified };
    const dispatcher = dispatchers.get(key) ?? new ProxyAgent({ uri, requestTls });
    dispatchers.set(key, dispatcher);
    const init = { headers, signal, redirect: "manual", dispatcher } as const;
    return (await fetch(url, init)) as unknown as Response;
  };
}
