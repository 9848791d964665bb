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

/** A request that the server refuses with status 400, and why. */
interface Refusal {
  refused: string;
}

/** What an inference answers, in pieces, when it depends on the request. */
export type Reply = (path: string, body: Record<string, unknown>) => Promise<string[] | Refusal>;

export interface FakeOptions {
  /** Installed models. */
  models?: string[];
  /** Those of them that can see. */
  vision?: string[];
  /** How many models are in memory at once; the oldest leaves for a new one. */
  capacity?: number;
  /** Pieces of each streamed answer. */
  chunks?: string[];
  /** Makes the pieces in place of `chunks`. */
  reply?: Reply;
  /** The vector of a text. */
  embedding?: (text: string) => number[];
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
  /** Digests of models that were replaced by others of the same name. */
  readonly digests = new Map<string, string>();
  /** What the models in memory were loaded with. */
  readonly #runners = new Map<string, string>();
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
        return json({ models: models.map((name) => this.#entry(name)) });
      case "/api/ps":
        return json({ models: this.inMemory.map((name) => this.#loadedEntry(name)) });
      case "/api/show":
        return this.#show(request, json);
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
    const name = withTag(model);
    const { models = ["fake:latest"], chunks = ["Hel", "lo"], runMs = 0, reply } = this.#options;
    if (!models.includes(name)) return json({ error: `model '${model}' not found` }, 404);
    await this.#load(name, runnerOf(body));
    if (path === "/api/generate" && !body["prompt"]) {
      return json({ model, response: "", done: true, done_reason: "load" });
    }
    this.running += 1;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    response.on("close", () => {
      this.running -= 1;
    });
    await pause(runMs);
    const said = reply ? await reply(path, body) : chunks;
    if (!Array.isArray(said)) return json(refusal(path, said), 400);
    const last = {
      done: true,
      done_reason: "stop",
      total_duration: 5_000_000,
      load_duration: 1_000_000,
      prompt_eval_count: 7,
      eval_count: said.length,
    };
    if (path === "/api/embed") {
      const texts = [body["input"]].flat().map(String);
      const { embedding = () => [0.6, 0.8] } = this.#options;
      return json({ model, embeddings: texts.map(embedding), prompt_eval_count: 3 });
    }
    if (path === "/v1/chat/completions") {
      if (body["stream"] !== true) return json(completion(model, said.join("")));
      response.writeHead(200, { "Content-Type": "text/event-stream" });
      for (const text of said) response.write(event(completionChunk(model, text)));
      response.end(`${event(completionChunk(model, "", "stop"))}data: [DONE]\n\n`);
      return;
    }
    const piece = (text: string): object =>
      path === "/api/chat" ? { message: { role: "assistant", content: text } } : { response: text };
    if (body["stream"] === false) return json({ model, ...piece(said.join("")), ...last });
    response.writeHead(200, { "Content-Type": "application/x-ndjson" });
    for (const text of said) {
      response.write(`${JSON.stringify({ model, ...piece(text), done: false })}\n`);
    }
    response.end(`${JSON.stringify({ model, ...piece(""), ...last })}\n`);
  }

  #show(request: Received, json: (value: unknown, status?: number) => void): void {
    const model = String(parsed(request.body)?.["model"]);
    const { models = ["fake:latest"] } = this.#options;
    if (!models.includes(withTag(model))) return json({ error: `model '${model}' not found` }, 404);
    const capabilities = this.#sees(withTag(model)) ? ["completion", "vision"] : ["completion"];
    json({ modelfile: "FROM fake", details: {}, model_info: {}, capabilities });
  }

  #sees(name: string): boolean {
    return this.#options.vision?.includes(name) ?? false;
  }

  #entry(name: string): object {
    return {
      name,
      model: name,
      modified_at: "2026-01-01T00:00:00Z",
      size: 1000,
      // Models with one digest are one model, with one set of capabilities.
      digest: this.digests.get(name) ?? (this.#sees(name) ? "1" : "0").repeat(64),
      details: { family: "llama" },
    };
  }

  #loadedEntry(name: string): object {
    return { ...this.#entry(name), size_vram: 0, expires_at: "2099-01-01T00:00:00Z" };
  }

  async #load(name: string, runner: string): Promise<void> {
    const isLoaded = this.inMemory.includes(name);
    // A model that a test has put into memory is there as its first request wants it.
    const loadedWith = this.#runners.get(name) ?? runner;
    this.#runners.set(name, runner);
    if (isLoaded && loadedWith === runner) return;
    this.loads.push(name);
    if (!isLoaded) this.inMemory.push(name);
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

/** The names in a request's `options` whose change makes a server load anew: 0.33's `Runner`. */
export const RUNNER_OPTIONS: Record<string, number | boolean> = {
  num_ctx: 2048,
  num_batch: 64,
  num_gpu: 0,
  main_gpu: 1,
  use_mmap: false,
  num_thread: 2,
  draft_num_predict: 8,
};

/** What a request wants its model to be loaded with. */
function runnerOf(body: Record<string, unknown>): string {
  const options = (body["options"] ?? {}) as Record<string, unknown>;
  const wanted = Object.keys(RUNNER_OPTIONS).map((name) => options[name] ?? null);
  return JSON.stringify([wanted, body["shift"] ?? true]);
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

function withTag(model: string): string {
  return model.includes(":") ? model : `${model}:latest`;
}

function refusal(path: string, { refused: message }: Refusal): object {
  if (!path.startsWith("/v1/")) return { error: message };
  return { error: { message, type: "invalid_request_error", param: null, code: null } };
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

function completionChunk(model: string, content: string, finishReason?: string): object {
  return {
    id: "chatcmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model,
    choices: [
      { index: 0, delta: { role: "assistant", content }, finish_reason: finishReason ?? null },
    ],
  };
}

function event(value: object): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}
