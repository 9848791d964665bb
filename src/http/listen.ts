import http, { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { BunEnv } from "./exchange-bun.ts";
import type { NodeEnv } from "./exchange-node.ts";
import { onBun } from "../runtime/on-bun.ts";
import { readTarget } from "./request-target.ts";
import type { StallWatch } from "../runtime/stall-watch.ts";
import { cutUnreadSockets } from "./unread-sockets.ts";

/** Answers one request; `env` is what the runtime hands along. */
export type Handler = (request: Request, env: NodeEnv | BunEnv) => Promise<Response>;

interface ListenOptions {
  host: string;
  port: number;
  handler: Handler;
  /** The answer to a request that is not HTTP as the framework understands it. */
  badRequest: (reason: string) => Response;
  /** Clients that do not read; on Bun their exchanges see to it. */
  downloads: StallWatch;
  limits?: ConnectionLimits;
}

/** What a connection may take its time for, in milliseconds. */
interface ConnectionLimits {
  /** For a request's head, from its first byte; for the first one from when it is connected. */
  headMs: number;
  /** Between two requests. */
  idleMs: number;
}

/** Idle connections live a little longer than the 60 s of most proxies and clients. */
const LIMITS: ConnectionLimits = { headMs: 60_000, idleMs: 65_000 };

/** An open port. */
export interface Listening {
  port: number;
  /** Takes no new connections; those at rest are closed, those in use end with their answer. */
  stopAccepting(): void;
  /** Cuts what is left. */
  close(): Promise<void>;
}

/** Go's limit, and so Ollama's: a browser sends a host all its cookies, whatever the port. */
const MAX_HEADER_BYTES = 1_048_576;

/** Opens the port. @throws the system's error, such as EADDRINUSE. */
export function listen(options: ListenOptions): Promise<Listening> {
  return onBun ? listenOnBun(options) : listenOnNode(options);
}

async function listenOnNode(options: ListenOptions): Promise<Listening> {
  const { host, port, handler, badRequest, downloads, limits = LIMITS } = options;
  const listener = getRequestListener(
    async (request, env) => {
      const { incoming, outgoing } = env as NodeEnv;
      const target = readTarget(incoming.url ?? "/");
      const answer = await handler(request, { incoming, outgoing, target });
      // Hono wraps answers to HEAD; what was written already must not be written again.
      return outgoing.headersSent ? RESPONSE_ALREADY_SENT : answer;
    },
    {
      errorHandler: (err) => badRequest(err instanceof Error ? err.message : "bad request"),
      // HTTP/1.0 allows none.
      hostname: "localhost",
    },
  );
  const { headMs, idleMs } = limits;
  const server = createServer({
    // Counts the whole upload, however alive: UploadWatch looks for stalls instead.
    requestTimeout: 0,
    // Without it, requestTimeout's 0 would be its value as well.
    headersTimeout: headMs,
    connectionsCheckingInterval: headMs / 6,
    keepAliveTimeout: idleMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    if (!outgoing.socket) closeWithConnection(outgoing, incoming.socket);
    void listener(incoming, outgoing);
  };
  server.on("request", serve);
  // Node would tell every client to send its body, also one that is refused: NodeExchange does it.
  server.on("checkContinue", serve);
  cutUnreadSockets(server, downloads);
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    stopAccepting: () => {
      server.close();
      server.closeIdleConnections();
    },
    close: () => closeNode(server),
  };
}

/**
 * Closes an answer with its connection while it waits behind another one there (pipelining): Node
 * tells only the first of them, and what is done for the others would go on for nobody.
 */
function closeWithConnection(outgoing: ServerResponse, socket: Socket): void {
  const close = (): void => {
    outgoing.destroyed = true;
    outgoing.emit("close");
  };
  // As many listen as requests were sent ahead.
  socket.setMaxListeners(0);
  socket.once("close", close);
  outgoing.once("socket", () => socket.off("close", close));
}

function closeNode(server: ReturnType<typeof createServer>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** Path and query of an absolute URL. Bun has resolved dot segments in it. */
function targetOf(url: string): string {
  return url.slice(url.indexOf("/", url.indexOf("//") + 2));
}

async function listenOnBun(options: ListenOptions): Promise<Listening> {
  const { host, port, handler, badRequest, limits = LIMITS } = options;
  const idleSec = Math.ceil(limits.idleMs / 1000);
  // Bun has it for the whole process, and as something that can be set.
  Object.assign(http, { maxHeaderSize: MAX_HEADER_BYTES });
  const server = Bun.serve({
    hostname: host,
    port,
    // For connections at rest, and for the head of a next request, dripped or not; an exchange
    // lifts it for as long as it lasts. The first head has 10 s, which nothing changes.
    idleTimeout: idleSec,
    // Bun would refuse bodies over 128 MiB by itself.
    maxRequestBodySize: Number.MAX_SAFE_INTEGER,
    // Without a usable Host, Bun's `url` is a bare path, which would be routed as another one.
    fetch: (request, bunServer) =>
      request.url.startsWith("http")
        ? handler(request, {
            server: bunServer,
            target: readTarget(targetOf(request.url)),
            idleSec,
          })
        : Promise.resolve(badRequest("Missing or invalid Host header")),
    error: (err) => badRequest(err.message),
  });
  return {
    port: server.port ?? port,
    stopAccepting: () => void server.stop(),
    close: () => server.stop(true),
  };
}
