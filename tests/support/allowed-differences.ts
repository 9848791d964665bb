import { onBun } from "../../src/runtime/on-bun.ts";
import type { Header } from "./http-wire.ts";

/** A request or an answer as far as it is compared; bodies are compared byte for byte beside. */
export interface WireMessage {
  startLine: string;
  headers: Header[];
  trailers: Header[];
}

interface AllowedDifference {
  /** Where it can be seen: on the way to the inference server, or back to the client. */
  side: "request" | "answer";
  runtimes: ("node" | "bun")[];
  why: string;
  /** Takes the difference out; applied to what was sent and to what arrived. */
  level?: (message: WireMessage) => WireMessage;
}

const BOTH = ["node", "bun"] as AllowedDifference["runtimes"];
const BUN = ["bun"] as AllowedDifference["runtimes"];

/**
 * Every difference there may be between talking to Ollama and talking to it through the service.
 * What is not in this list is a mistake.
 */
export const ALLOWED_DIFFERENCES = {
  "host rewritten": {
    side: "request",
    runtimes: BOTH,
    why: "Ollama on a loopback address refuses foreign hosts; the service has checked it.",
    level: without(["host"]),
  },
  "origin removed": {
    side: "request",
    runtimes: BOTH,
    why: "Ollama refuses foreign origins with a list of its own; the service has checked it.",
    level: without(["origin"]),
  },
  "path in one spelling": {
    side: "request",
    runtimes: BOTH,
    why: "Percent-encoding that is not needed and doubled slashes go; no server reads another path.",
  },
  "cookies and credentials kept": {
    side: "request",
    runtimes: BOTH,
    why: "Cookies are other services' of this host; keys go to a server elsewhere (FORWARD_AUTH).",
    level: without(["api-key", "authorization", "cookie", "x-api-key"]),
  },
  "request hop headers": {
    side: "request",
    runtimes: BOTH,
    why: "They speak of one connection, and there are two (RFC 9110 §7.6.1).",
    level: without([
      "connection",
      "expect",
      "keep-alive",
      "proxy-authenticate",
      "proxy-authorization",
      "proxy-connection",
      "te",
      "upgrade",
    ]),
  },
  "request framing": {
    side: "request",
    runtimes: BOTH,
    why: "A body that was read whole goes on with a length, and a missing one as length 0.",
    level: without(["content-length", "transfer-encoding"]),
  },
  "uploads in chunks": {
    side: "request",
    runtimes: BUN,
    why: "Bun's fetch sends a streamed body without its length; Ollama checks the digest.",
  },
  "request trailers dropped": {
    side: "request",
    runtimes: BOTH,
    why: "Neither undici nor fetch can send them, and no client of Ollama's does.",
    level: (message) => ({ ...message, trailers: [] }),
  },
  "request headers in fetch's form": {
    side: "request",
    runtimes: BUN,
    why: "Bun's Headers sort, know one case, and join repeats with a comma (cookies: semicolon).",
    level: inFetchForm,
  },
  "user agent and accept added": {
    side: "request",
    runtimes: BUN,
    why: "Bun's fetch adds what the client left out; Ollama looks at neither.",
    level: (message) => ({
      ...message,
      headers: message.headers.filter(
        ([name, value]) =>
          !(name === "user-agent" && value.startsWith("Bun/")) &&
          !(name === "accept" && value === "*/*"),
      ),
    }),
  },
  "target normalised": {
    side: "request",
    runtimes: BUN,
    why: "Bun's Request resolves dot segments and encodes what a URL must not hold.",
    level: (message) => ({ ...message, startLine: normalised(message.startLine) }),
  },
  "body of GET dropped": {
    side: "request",
    runtimes: BUN,
    why: "Bun's Request has none; no route of Ollama's reads one.",
  },
  "request without a host": {
    side: "request",
    runtimes: BUN,
    why: "Bun's server refuses it with 400, whatever the version; HTTP/1.1 demands a host.",
  },
  "pipelined requests": {
    side: "request",
    runtimes: BUN,
    why: "Bun's server drops a connection that asks again before it has its answer; no client does.",
  },
  "added headers": {
    side: "answer",
    runtimes: BOTH,
    why: "The service's own: which request it was, where its time went, do not buffer a stream.",
    level: without(["x-shared-ollama-request-id", "server-timing", "x-accel-buffering"]),
  },
  "answer hop headers": {
    side: "answer",
    runtimes: BOTH,
    why: "They speak of one connection, and there are two.",
    level: without(["connection", "keep-alive", "proxy-connection", "transfer-encoding"]),
  },
  "answer headers in fetch's form": {
    side: "answer",
    runtimes: BUN,
    why: "Bun's Headers sort, know one case, and join repeats with a comma, save Set-Cookie.",
    level: inFetchForm,
  },
  "usual reason phrase": {
    side: "answer",
    runtimes: BUN,
    why: "Bun writes the phrase that belongs to the status; no client reads it.",
    level: (message) => ({
      ...message,
      startLine: message.startLine.split(" ").slice(0, 2).join(" "),
    }),
  },
  "answer trailers dropped": {
    side: "answer",
    runtimes: BUN,
    why: "Neither Bun's fetch nor its server knows trailers; Ollama sends none.",
    level: (message) => without(["trailer"])({ ...message, trailers: [] }),
  },
  "head with the first chunk": {
    side: "answer",
    runtimes: BUN,
    why: "Bun's server sends it so; Ollama itself sends its head with the first line.",
  },
  "answer framing": {
    side: "answer",
    runtimes: BUN,
    why:
      "Bun's server sends streams in chunks even if they had a length (Ollama has no such " +
      "answers), and with a length when they ended before their head was sent.",
    level: without(["content-length"]),
  },
  "short answers in one piece": {
    side: "answer",
    runtimes: BUN,
    why:
      "An answer with a length up to 64 KiB is passed on when it is whole, which is cheaper; " +
      "one that breaks before is upstream_unavailable.",
  },
} satisfies Record<string, AllowedDifference>;

const runtime = onBun ? "bun" : "node";

/** Whether a difference is allowed on the runtime that the tests run on. */
export function isAllowed(name: keyof typeof ALLOWED_DIFFERENCES): boolean {
  return ALLOWED_DIFFERENCES[name].runtimes.includes(runtime);
}

/** A message without what may differ: two of them are to be equal. */
export function levelled(side: AllowedDifference["side"], message: WireMessage): WireMessage {
  const differences: AllowedDifference[] = Object.values(ALLOWED_DIFFERENCES);
  return differences
    .filter((difference) => difference.side === side && difference.runtimes.includes(runtime))
    .reduce((levelledSoFar, { level }) => level?.(levelledSoFar) ?? levelledSoFar, message);
}

function without(names: string[]): (message: WireMessage) => WireMessage {
  return (message) => ({
    ...message,
    headers: message.headers.filter(([name]) => !names.includes(name.toLowerCase())),
  });
}

function inFetchForm(message: WireMessage): WireMessage {
  const joined = new Map<string, string>();
  const cookies: Header[] = [];
  for (const [rawName, value] of message.headers) {
    const name = rawName.toLowerCase();
    const before = joined.get(name);
    if (name === "set-cookie") cookies.push([name, value]);
    else if (before === undefined) joined.set(name, value);
    else joined.set(name, before + (name === "cookie" ? "; " : ", ") + value);
  }
  const sorted = [...joined].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return { ...message, headers: [...sorted, ...cookies] };
}

function normalised(startLine: string): string {
  const [method = "", target = "", version = ""] = startLine.split(" ");
  const { pathname } = new URL(`http://host${target}`);
  // An empty query keeps its question mark, which `search` would drop.
  const query = target.indexOf("?");
  const search = query < 0 ? "" : target.slice(query).replaceAll('"', "%22");
  return [method, pathname + search, version].join(" ");
}
