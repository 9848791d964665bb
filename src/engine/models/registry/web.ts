import type { Dispatcher } from "undici";
import type { Environment } from "../../settings.ts";

export type WebRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Take any certificate, as for a registry with a self-signed one. */
  readonly unverified: boolean;
};

/**
 * Asks with GET, without following redirects. Proxies are those of `HTTP_PROXY` and `HTTPS_PROXY`,
 * except for what `NO_PROXY` names; both spellings count.
 */
export type Web = (url: URL, request: WebRequest) => Promise<Response>;

/** The web as this runtime reaches it. */
export function createWeb(environment: Environment): Web {
  return process.versions["bun"] === undefined ? nodeWeb(environment) : bunWeb;
}

/** Bun's fetch looks at the proxy variables by itself. */
const bunWeb: Web = async (url, { headers, signal, unverified }) => {
  const tls = { rejectUnauthorized: !unverified };
  const init = { headers, signal, redirect: "manual", tls } as RequestInit;
  return fetch(url, init);
};

function nodeWeb(environment: Environment): Web {
  const dispatchers = new Map<string, Promise<Dispatcher>>();

  async function dispatcherFor(scheme: string, unverified: boolean) {
    const { Agent, EnvHttpProxyAgent } = await import("undici");
    const connect = { rejectUnauthorized: !unverified };
    const proxy = variable(environment, `${scheme}_PROXY`);
    if (proxy === "") return new Agent({ connect });
    const noProxy = variable(environment, "NO_PROXY");
    // The agent's own fallback would send https through a proxy that is meant for http alone.
    const proxies = { httpProxy: proxy, httpsProxy: proxy, noProxy };
    return new EnvHttpProxyAgent({ ...proxies, connect, requestTls: connect });
  }

  return async (url, { headers, signal, unverified }) => {
    const { fetch } = await import("undici");
    const scheme = url.protocol.replace(":", "").toUpperCase();
    const key = `${scheme} ${unverified}`;
    const dispatcher = dispatchers.get(key) ?? dispatcherFor(scheme, unverified);
    dispatchers.set(key, dispatcher);
    const init = { headers, signal, redirect: "manual", dispatcher: await dispatcher } as const;
    return (await fetch(url, init)) as unknown as Response;
  };
}

function variable(environment: Environment, name: string): string {
  return (environment[name] ?? environment[name.toLowerCase()] ?? "").trim();
}
