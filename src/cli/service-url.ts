import { readFileSync } from "node:fs";
import { join } from "node:path";
import { WrongUse } from "./cli-error.ts";
import { homeOf } from "./home.ts";

type Env = Record<string, string | undefined>;

const DEFAULT_PORT = 8000;

/**
 * Where the service answers: what the option says, then SHARED_OLLAMA_URL, then this machine with
 * API_PORT, with the port of the service that has the folder, with port 8000.
 * @throws WrongUse for what is no address.
 */
export function serviceUrl(given: string | undefined, env: Env): string {
  const named = given ?? env["SHARED_OLLAMA_URL"];
  if (named !== undefined && named !== "") return checked(named, given === undefined);
  const { host, port } = listensAt(env);
  return `http://${host}:${port}`;
}

function checked(named: string, isVariable: boolean): string {
  const address = named.includes("://") ? named : `http://${named}`;
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    const place = isVariable ? "SHARED_OLLAMA_URL" : "--url";
    throw new WrongUse(`${place} ${named}: expected an address such as http://127.0.0.1:8000`);
  }
  const url = new URL(address);
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

function listensAt(env: Env): { host: string; port: number } {
  const host = reachable(env["API_HOST"] ?? "");
  const port = Number(env["API_PORT"] ?? 0);
  if (Number.isInteger(port) && port > 0) return { host, port };
  return { host, port: notedPort(env) ?? DEFAULT_PORT };
}

/** Who listens on all addresses answers on this one, too. */
function reachable(apiHost: string): string {
  if (apiHost === "" || apiHost === "0.0.0.0" || apiHost === "localhost") return "127.0.0.1";
  if (apiHost === "::") return "[::1]";
  return apiHost.includes(":") && !apiHost.startsWith("[") ? `[${apiHost}]` : apiHost;
}

/** The port that the service in this folder has written down; undefined where none runs. */
function notedPort(env: Env): number | undefined {
  try {
    const text = readFileSync(join(homeOf(env), "data", "service.json"), "utf8");
    const { port } = JSON.parse(text) as { port?: unknown };
    return typeof port === "number" ? port : undefined;
  } catch {
    return undefined;
  }
}
