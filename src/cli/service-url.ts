import { readNote, type HomeHolder } from "../runtime/home-lock.ts";
import { WrongUse } from "./cli-error.ts";
import { homeOf } from "./home.ts";

type Env = Record<string, string | undefined>;

const DEFAULT_PORT = 8000;
const MAX_PORT = 65_535;

/**
 * Where the service answers: what the option says, then SHARED_OLLAMA_URL, then this machine with
 * API_PORT, with the port of the service that has the folder, with port 8000.
 * @throws WrongUse for what is no address.
 */
export function serviceUrl(given: string | undefined, env: Env): string {
  const named = given ?? env["SHARED_OLLAMA_URL"];
  if (named !== undefined && named !== "") return checked(named, given === undefined);
  return listensAt(env);
}

function checked(named: string, isVariable: boolean): string {
  const place = isVariable ? "SHARED_OLLAMA_URL" : "--url";
  const address = completed(named);
  if (!URL.canParse(address) || !/^https?:/i.test(address)) {
    throw new WrongUse(`${place} ${named}: expected an address such as http://127.0.0.1:8000`);
  }
  const url = new URL(address);
  // The message has neither: it may end in a log.
  if (url.username !== "" || url.password !== "") {
    throw new WrongUse(`${place}: credentials in the address are not sent; leave them out`);
  }
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}

/** `8000` is a port of this machine, not the host 0.0.31.64. */
function completed(named: string): string {
  if (/^\d+$/.test(named)) return `http://127.0.0.1:${named}`;
  return named.includes("://") ? named : `http://${named}`;
}

function listensAt(env: Env): string {
  const port = Number(env["API_PORT"] ?? 0);
  if (Number.isInteger(port) && port > 0 && port <= MAX_PORT) {
    return addressOf({ host: env["API_HOST"], port });
  }
  const noted = readNote(homeOf(env));
  const note: HomeHolder = noted.pid !== undefined && runs(noted.pid) ? noted : {};
  return addressOf({ host: note.host ?? env["API_HOST"], port: note.port ?? DEFAULT_PORT });
}

/** Where a service is reached that listens there: on all addresses is on this machine's own, too. */
export function addressOf({ host, port }: { host: string | undefined; port: number }): string {
  return `http://${reachable(host ?? "")}:${port}`;
}

/** A service that was killed has left its note. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (err) {
    return (err as NodeJS.ErrnoException).code === "EPERM";
  }
}

function reachable(host: string): string {
  if (host === "" || host === "0.0.0.0" || host === "localhost") return "127.0.0.1";
  if (host === "::") return "[::1]";
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}
