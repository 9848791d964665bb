import { isIP } from "node:net";
import { hostname, networkInterfaces } from "node:os";
import { createMiddleware } from "hono/factory";
import { ServiceError } from "../src/errors/service-error.ts";
import { wildcard } from "../src/models/model-name.ts";
import { cut, TEXT_LIMITS } from "../src/runtime/text-limits.ts";
import type { AppEnv } from "./env.ts";
import { ANSWER_HEADERS, REQUEST_HEADERS } from "./own-headers.ts";

interface HostAndOriginOptions {
  /** OLLAMA_ORIGINS: origins besides the built-in ones; `*` allows every origin. */
  origins: string[];
  /** ALLOWED_HOSTS: names besides this machine's own. */
  hosts: string[];
  /**
   * Whether to check the Host header. Ollama does so only when it listens on a loopback address.
   */
  checkHost: boolean;
  /** TENANT_HEADERS: pages may send them as they may the service's own. */
  headers?: string[];
}

/** Characters that end a host name in a URL: Bun takes what follows for the path. */
const NO_HOST = /[/?#@\\]/;

const ALLOWED_METHODS = "GET,POST,PUT,PATCH,DELETE,HEAD,OPTIONS";
const ALLOWED_HEADERS = [
  // Ollama's own list.
  "Authorization,Content-Type,User-Agent,Accept,X-Requested-With,OpenAI-Beta",
  "X-Stainless-Arch,X-Stainless-Async,X-Stainless-Custom-Poll-Interval",
  "X-Stainless-Helper-Method,X-Stainless-Lang,X-Stainless-Os,X-Stainless-Package-Version",
  "X-Stainless-Poll-Helper,X-Stainless-Retry-Count,X-Stainless-Runtime",
  "X-Stainless-Runtime-Version,X-Stainless-Timeout",
  // Headers that the service reads, and the id that many clients give to a request.
  ...Object.keys(REQUEST_HEADERS),
  "X-Request-Id",
  // Further headers of the official clients of OpenAI and Anthropic.
  "OpenAI-Organization,OpenAI-Project,X-Api-Key,Anthropic-Version,Anthropic-Beta",
  "Anthropic-Dangerous-Direct-Browser-Access",
].join(",");
/** The headers by which generated clients describe themselves; their number grows. */
const STAINLESS = /^x-stainless-[\w-]+$/i;
const EXPOSED_HEADERS = Object.keys(ANSWER_HEADERS).join(",");

/**
 * Ollama's own rules for requests from a browser, for all dialects. Without them any web page could
 * use the machine (foreign Origin), or pretend to be it (DNS rebinding, Host).
 */
export function hostAndOrigin({ origins, hosts, checkHost, headers = [] }: HostAndOriginOptions) {
  const anyOrigin = origins.includes("*");
  const originAllowed = originMatcher(origins);
  const hostAllowed = hostMatcher(hosts);
  const allowedHeaders = [ALLOWED_HEADERS, ...headers].join(",");
  return createMiddleware<AppEnv>(async function hostAndOrigin(c, next) {
    const exchange = c.get("exchange");
    const host = exchange.header("host") ?? "";
    if (checkHost ? !hostAllowed(host) : NO_HOST.test(host)) {
      throw new ServiceError("host_not_allowed", `The host '${shown(host)}' is not allowed`);
    }
    const origin = exchange.header("origin");
    if (!origin || origin === `http://${host}` || origin === `https://${host}`) {
      // Ollama answers OPTIONS itself at host names only; at an address the route's own 404 or 405
      // is the answer.
      const settled = checkHost && exchange.method === "OPTIONS" && isIP(hostName(host)) === 0;
      if (settled) c.res = c.body(null, 204);
      else await next();
      return;
    }
    if (!anyOrigin && !originAllowed(origin)) {
      throw new ServiceError("origin_not_allowed", `The origin '${shown(origin)}' is not allowed`);
    }
    const cors = anyOrigin
      ? ["Access-Control-Allow-Origin", "*"]
      : ["Access-Control-Allow-Origin", origin, "Vary", "Origin"];
    c.get("addedHeaders").push(...cors, "Access-Control-Expose-Headers", EXPOSED_HEADERS);
    if (exchange.method === "OPTIONS") {
      const requested = exchange.header("access-control-request-headers") ?? "";
      c.res = c.body(null, 204, preflightHeaders(requested, allowedHeaders));
    } else await next();
  });
}

/** A header, cut to a length at which it can be recognised. */
function shown(header: string): string {
  return cut(header, TEXT_LIMITS.host);
}

/**
 * @param requested the headers that the page wants to send.
 * @param allowed those that all pages may.
 */
function preflightHeaders(requested: string, allowed: string): Record<string, string> {
  const names = requested.split(",").map((name) => name.trim());
  const family = names.filter((name) => STAINLESS.test(name));
  return {
    "Access-Control-Allow-Methods": ALLOWED_METHODS,
    "Access-Control-Allow-Headers": [allowed, ...family].join(","),
    "Access-Control-Max-Age": "43200",
    Vary: "Access-Control-Request-Method, Access-Control-Request-Headers",
  };
}

const LOCAL_ORIGINS = ["localhost", "127.0.0.1", "0.0.0.0"].flatMap((host) =>
  ["http", "https"].flatMap((scheme) => [`${scheme}://${host}`, `${scheme}://${host}:*`]),
);
const APP_ORIGINS = ["app", "file", "tauri", "vscode-webview", "vscode-file"].map(
  (scheme) => `${scheme}://*`,
);

function originMatcher(origins: string[]): (origin: string) => boolean {
  const patterns = [...origins, ...LOCAL_ORIGINS, ...APP_ORIGINS].map(wildcard);
  return (origin) =>
    origin.length <= TEXT_LIMITS.origin && patterns.some((pattern) => pattern.test(origin));
}

function hostMatcher(hosts: string[]): (host: string) => boolean {
  const patterns = hosts.map((host) => wildcard(host.toLowerCase()));
  // The same few hosts come with every request, so the interfaces are only looked up for new ones.
  // No host is longer than 320 characters, so the cache takes 1 MB at most.
  const known = new Map<string, boolean>();
  return (hostHeader) => {
    if (hostHeader.length > TEXT_LIMITS.host) return false;
    let allowed = known.get(hostHeader);
    if (allowed === undefined) {
      const name = hostName(hostHeader);
      allowed = isOwnName(name) || patterns.some((pattern) => pattern.test(name));
      if (known.size >= 1000) known.clear();
      known.set(hostHeader, allowed);
    }
    return allowed;
  };
}

function hostName(hostHeader: string): string {
  const bracketed = /^\[(.*)\](:\d+)?$/.exec(hostHeader);
  return (bracketed?.[1] ?? hostHeader.replace(/:\d+$/, "")).toLowerCase();
}

function isOwnName(name: string): boolean {
  if (name === "" || name === "localhost" || name === hostname().toLowerCase()) return true;
  if (/\.(localhost|local|internal)$/.test(name)) return true;
  return isIP(name) !== 0 && isOwnAddress(name);
}

function isOwnAddress(address: string): boolean {
  if (/^(127|10)\.|^192\.168\.|^172\.(1[6-9]|2\d|3[01])\.|^0\.0\.0\.0$/.test(address)) return true;
  if (/^(::1?|f[cd][0-9a-f]{2}:.*)$/.test(address)) return true;
  return Object.values(networkInterfaces()).some((list) =>
    list?.some((item) => item.address === address),
  );
}
