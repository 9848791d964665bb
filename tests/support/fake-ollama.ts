import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";

/** A request as the fake received it. */
export interface Received {
  method: string;
  target: string;
  rawHeaders: string[];
  body: Buffer;
  /** The connection was closed before the answer had ended. */
  cancelled: boolean;
}

/** Writes the answer to one request; returning without ending it leaves the client waiting. */
export type Script = (
  request: Received,
  response: ServerResponse,
  incoming: IncomingMessage,
) => void | Promise<void>;

interface FakeOptions {
  /** Installed models. */
  models?: string[];
  /** How many models are in memory at once; the oldest leaves for a new one. */
  capacity?: number;
  /** Pieces of each streamed answer. */
  chunks?: string[];
  /** How long an inference takes, in milliseconds. */
  runMs?: number;
  /** How long a load takes. */
  loadMs?: number;
  /** The port to listen on. */
  port?: number;
}

/** An inference server that tests write the script of. It speaks enough of Ollama's dialect. */
export class FakeOllama {
  readonly received: Received[] = [];
  /** Models loaded since start, in order. */
  readonly loads: string[] = [];
  readonly inMemory: string[] = [];
  running = 0;
  mostRunning = 0;
  readonly #options: FakeOptions;
  readonly #scripts = new Map<string, Script>();
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((incoming, response) => void this.#serve(incoming, response));

  constructor(options: FakeOptions) {
    this.#options = options;
    this.#server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      socket.on("error", () => {});
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Connections that are open now. */
  get sockets(): number {
    return this.#sockets.size;
  }

  /** Answers requests to this path with a script from now on; `undefined` ends that. */
  script(path: string, script: Script | undefined): void {
    if (script) this.#scripts.set(path, script);
    else this.#scripts.delete(path);
  }

  /** Requests to this path so far. */
  to(path: string): Received[] {
    return this.received.filter((r) => r.target.split("?")[0] === path);
  }

  /** Waits until a request to this path was cut off by the other side. */
  sawCancel(path: string): Promise<void> {
    return until(() => this.to(path).some((r) => r.cancelled), `a cancelled ${path}`);
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen({ host: "127.0.0.1", port: this.#options.port ?? 0 }, resolve);
    });
  }

  /** Ends at once, as a crash would. */
  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async #serve(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of incoming) chunks.push(chunk as Buffer);
    } catch {
      return; // The other side left during its upload.
    }
    const request: Received = {
      method: incoming.method ?? "",
      target: incoming.url ?? "",
      rawHeaders: incoming.rawHeaders,
      body: Buffer.concat(chunks),
      cancelled: false,
    };
    this.received.push(request);
    response.on("close", () => {
      request.cancelled = !response.writableFinished;
    });
    const path = request.target.split("?")[0] ?? "";
    const script = this.#scripts.get(path) ?? ((r, res) => this.#answer(path, r, res));
    await script(request, response, incoming);
  }

  async #answer(path: string, request: Received, response: ServerResponse): Promise<void> {
    const json = (value: unknown, status = 200): void => {
      response.writeHead(status, { "Content-Type": "application/json; charset=utf-8" });
      response.end(JSON.stringify(value));
    };
    const { models = ["fake:latest"] } = this.#options;
    switch (path) {
      case "/":
        response.writeHead(200, { "Content-Type": "text/plain; charset=utf-8" });
        response.end("Ollama is running");
        return;
      case "/api/version":
        return json({ version: "0.13.5" });
      case "/api/tags":
        return json({ models: models.map(modelEntry) });
      case "/api/ps":
        return json({ models: this.inMemory.map(loadedEntry) });
      case "/api/show":
        return json({ modelfile: "FROM fake", details: {}, model_info: {} });
      case "/api/create":
        return json({ status: "success" });
      case "/api/generate":
      case "/api/chat":
      case "/api/embed":
      case "/v1/chat/completions":
        return this.#infer(path, request, response, json);
      default:
        // The service puts its embedding model into a server that lacks it: this one has the blob.
        if (request.method === "HEAD" && path.startsWith("/api/blobs/")) {
          response.writeHead(200).end();
          return;
        }
        response.writeHead(404, { "Content-Type": "text/plain" });
        response.end("404 page not found");
    }
  }

  async #infer(
    path: string,
    request: Received,
    response: ServerResponse,
    json: (value: unknown, status?: number) => void,
  ): Promise<void> {
    const body = parsed(request.body);
    if (!body) return json({ error: "unexpected EOF" }, 400);
    const model = String(body["model"]);
    const name = model.includes(":") ? model : `${model}:latest`;
    const { models = ["fake:latest"], chunks = ["Hel", "lo"], runMs = 0 } = this.#options;
    if (!models.includes(name)) return json({ error: `model '${model}' not found` }, 404);
    await this.#load(name);
    if (path === "/api/generate" && !body["prompt"]) {
      return json({ model, response: "", done: true, done_reason: "load" });
    }
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    response.on("close", () => {
      this.running -= 1;
    });
    await pause(runMs);
    const last = {
      done: true,
      done_reason: "stop",
      total_duration: 5_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: 7,
      eval_count: chunks.length,
    };
    if (path === "/api/embed") {
      const texts = [body["input"]].flat();
      return json({ model, embeddings: texts.map(() => [0.6, 0.8]), prompt_eval_count: 3 });
    }
    if (path === "/v1/chat/completions") return json(completion(model, chunks.join("")));
    const piece = (text: string): object =>
      path === "/api/chat" ? { message: { role: "assistant", content: text } } : { response: text };
    if (body["stream"] === false) return json({ model, ...piece(chunks.join("")), ...last });
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    for (const chunk of chunks) {
      response.write(`${JSON.stringify({ model, ...piece(chunk), done: false })}\n`);
    }
    response.end(`${JSON.stringify({ model, ...piece(""), ...last })}\n`);
  }

  async #load(name: string): Promise<void> {
    if (this.inMemory.includes(name)) return;
    this.loads.push(name);
    this.inMemory.push(name);
    const { capacity = 3, loadMs = 0 } = this.#options;
    while (this.inMemory.length > capacity) this.inMemory.shift();
    await pause(loadMs);
  }
}

/** Starts a fake that ends with the test. */
export async function startFakeOllama(options: FakeOptions = {}): Promise<FakeOllama> {
  const fake = new FakeOllama(options);
  await fake.start();
  onTestFinished(() => fake.stop());
  return fake;
}

function pause(ms: number): Promise<void> {
  return ms === 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}

function parsed(body: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(body.toString()) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

function modelEntry(name: string): object {
  return {
    name,
    model: name,
    modified_at: "2026-01-01T00:00:00Z",
    size: 1000,
    digest: "0".repeat(64),
    details: { family: "llama" },
  };
}

function loadedEntry(name: string): object {
  return { ...modelEntry(name), size_vram: 0, expires_at: "2099-01-01T00:00:00Z" };
}

function completion(model: string, content: string): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion",
    created: 1,
    model,
    choices: [{ index: 0, message: { role: "assistant", content }, finish_reason: "stop" }],
    usage: { prompt_tokens: 7, completion_tokens: 2, total_tokens: 9 },
  };
}
