import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

type Message = { id?: number; method: string; params?: Record<string, unknown> };

/** An MCP server over HTTP that can be told what to do. */
export interface HttpMcpServer {
  url: string;
  /** Heads of the requests that came. */
  heads: { method: string; headers: IncomingMessage["headers"] }[];
  /** Answers of streams that are open. */
  streams: Set<ServerResponse>;
  /** What it does with a call, in place of answering with a text. */
  onCall: ((id: number, response: ServerResponse) => void) | undefined;
  /** The status that everything is answered with, where it is not 200. */
  status: number | undefined;
  /** Begins anew: it does not know its sessions any more. */
  forget: () => void;
}

/** Starts it on a free port; it ends with the test. */
export async function startHttpMcpServer(): Promise<HttpMcpServer> {
  let session = 0;
  const known = new Set<string>();
  const told: HttpMcpServer = {
    url: "",
    heads: [],
    streams: new Set(),
    onCall: undefined,
    status: undefined,
    forget: () => known.clear(),
  };
  const server = createServer((request, response) => {
    void (async () => {
      const { method = "", headers } = request;
      told.heads.push({ method, headers });
      const body = await textOf(request);
      if (told.status !== undefined) return void response.writeHead(told.status).end("no");
      const id = String(headers["mcp-session-id"] ?? "");
      if (method === "DELETE") return void response.writeHead(known.delete(id) ? 200 : 404).end();
      if (method === "GET") {
        told.streams.add(response);
        response.once("close", () => told.streams.delete(response));
        response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
        return;
      }
      const message = JSON.parse(body) as Message;
      if (message.method === "initialize") {
        known.add(`s${(session += 1)}`);
        response.setHeader("mcp-session-id", `s${session}`);
      } else if (!known.has(id)) return void response.writeHead(404).end("no such session");
      if (message.id === undefined) return void response.writeHead(202).end();
      if (message.method === "tools/call" && told.onCall) return told.onCall(message.id, response);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ jsonrpc: "2.0", id: message.id, result: resultOf(message) }));
    })();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  told.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp?key=secret`;
  return told;
}

function resultOf({ method, params }: Message): object {
  if (method === "initialize") {
    return {
      protocolVersion: params?.["protocolVersion"],
      capabilities: { tools: { listChanged: true } },
      serverInfo: { name: "http", version: "1" },
    };
  }
  if (method === "tools/list") {
    return { tools: [{ name: "say", inputSchema: { type: "object" } }] };
  }
  return { content: [{ type: "text", text: "said" }] };
}

async function textOf(request: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString();
}
