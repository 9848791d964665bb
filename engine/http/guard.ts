import { isIP } from "node:net";

const LOCAL_ORIGIN = /^https?:\/\/(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::\d+)?$/i;
const APP_ORIGIN = /^(?:app|file|tauri|vscode-webview|vscode-file):\/\//i;
const LOCAL_SUFFIXES = [".localhost", ".local", ".internal"];

type Headers = { readonly host?: string | undefined; readonly origin?: string | undefined };

/**
 * Whether a request is allowed, by Ollama's rules for a server on a loopback address: no web page
 * of another site, and no host name that is not this machine's. An address in `Host` needs no
 * check: a page cannot forge it.
 */
export function isAllowed({ host, origin }: Headers): boolean {
  return isLocalHost(host) && isAllowedOrigin(origin, host);
}

function isLocalHost(host: string | undefined): boolean {
  if (host === undefined || host === "") return true;
  const name = host
    .replace(/:\d+$/, "")
    .replace(/^\[|\]$/g, "")
    .toLowerCase();
  if (isIP(name) > 0 || name === "localhost") return true;
  return LOCAL_SUFFIXES.some((suffix) => name.endsWith(suffix));
}

function isAllowedOrigin(origin: string | undefined, host: string | undefined): boolean {
  if (origin === undefined || origin === "") return true;
  if (origin === `http://${host}` || origin === `https://${host}`) return true;
  return LOCAL_ORIGIN.test(origin) || APP_ORIGIN.test(origin);
}
