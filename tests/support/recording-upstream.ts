import { createServer, type AddressInfo, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { loadedEntry, modelEntry } from "../fake-ollama/models.mjs";
import { VERSION } from "../fake-ollama/version.mjs";
import { until, within } from "./deadline.ts";
import { chunkBytes, framingOf, headBytes, WireReader } from "./http-wire.ts";
import { valuesOf, type Header, type WireHead } from "./http-wire.ts";

/** Tests mark their requests with this header; others are the service's own and answered here. */
export const MARK = "X-Test";

/** The same for calls that cannot carry a header. */
export const MARKED_QUERY = "?x-test";

/** One request as it came over the wire, and the hands to answer it with. */
export class RecordedRequest {
  readonly method: string;
  /** Path and query as they stood in the request line. */
  readonly target: string;
  readonly headers: Header[];
  readonly chunks: Buffer[] = [];
  trailers: Header[] = [];
  /** The whole body has come. */
  complete = false;
  /** The gateway has closed the connection. */
  closed = false;
  readonly #socket: Socket;

  constructor({ startLine, headers }: WireHead, socket: Socket) {
    const [method = "", target = ""] = startLine.split(" ");
    this.method = method;
    this.target = target;
    this.headers = headers;
    this.#socket = socket;
    socket.on("close", () => {
      this.closed = true;
    });
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  header(name: string): string | undefined {
    return valuesOf(this.headers, name.toLowerCase())[0];
  }

  /** Waits until the whole body has come. */
  whole(): Promise<void> {
    return until(() => this.complete, `the whole body of ${this.method} ${this.target}`);
  }

  /** Waits until so many bytes of the body have come. */
  has(bytes: number): Promise<void> {
    return until(() => this.body.length >= bytes, `${bytes} bytes of ${this.target}`);
  }

  /** Waits until the gateway has let go of the connection. */
  sawClose(): Promise<void> {
    return until(() => this.closed, `the gateway closes ${this.method} ${this.target}`);
  }

  /** Sends bytes as they are. */
  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Sends a head; the headers stand as given, none is added. */
  sendHead(status: string, headers: Header[]): void {
    this.send(headBytes(`HTTP/1.1 ${status}`, headers));
  }

  sendChunk(body: string | Buffer): void {
    this.send(chunkBytes(body));
  }

  /** Sends a whole answer with its length. */
  answer(status: string, headers: Header[], body: string | Buffer = ""): void {
    this.sendHead(status, [...headers, ["Content-Length", String(Buffer.byteLength(body))]]);
    this.send(body);
  }

  /** Bytes of the answer that the gateway has not taken yet. */
  get backlog(): number {
    return this.#socket.writableLength;
  }

  /** Ends the connection as a program does that closes it. */
  close(): void {
    this.#socket.end();
  }

  /** Breaks the connection, as a program does that dies. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }
}

/**
 * An inference server on a raw socket: requests are kept byte for byte as they came, and answers
 * go out byte for byte as the test writes them, when it writes them. The fake Ollama cannot do this:
 * an HTTP server reads and frames for itself.
 */
export class RecordingUpstream {
  /** The tests' requests, in order. */
  readonly requests: RecordedRequest[] = [];
  readonly #waiting: ((request: RecordedRequest) => void)[] = [];
  readonly #unseen: RecordedRequest[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#serve(socket));

  get url(): string {
    return `http://${this.host}`;
  }

  /** What a Host header names it. */
  get host(): string {
    return `127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next of the tests' requests, as soon as its head has come. */
  next(): Promise<RecordedRequest> {
    const unseen = this.#unseen.shift();
    if (unseen) return Promise.resolve(unseen);
    const coming = new Promise<RecordedRequest>((resolve) => this.#waiting.push(resolve));
    return within(coming, "a request at the upstream");
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.listen({ host: "127.0.0.1", port: 0 }, resolve);
    });
  }

  async stop(): Promise<void> {
    const closed = new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setNoDelay(true);
    // Many requests share a kept connection, and each of them listens.
    socket.setMaxListeners(0);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => {});
    let current: RecordedRequest | undefined;
    const reader = new WireReader({
      head: (head) => {
        const request = new RecordedRequest(head, socket);
        current = request;
        if (isMarked(request)) this.#arrived(request);
        return framingOf(head.headers);
      },
      chunk: (bytes) => current?.chunks.push(bytes),
      end: (trailers) => {
        if (!current) return;
        current.complete = true;
        current.trailers = trailers;
        if (!isMarked(current)) answerOwn(current);
      },
    });
    socket.on("data", (bytes) => reader.feed(bytes));
  }

  #arrived(request: RecordedRequest): void {
    this.requests.push(request);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(request);
    else this.#unseen.push(request);
  }
}

function isMarked(request: RecordedRequest): boolean {
  return request.header(MARK) !== undefined || request.target.endsWith(MARKED_QUERY);
}

const MODELS = ["fake:latest", "all-minilm:latest"].map((name) =>
  loadedEntry(modelEntry(name, "0".repeat(64))),
);

/** Answers what the service asks for itself: both models are installed and in memory. */
function answerOwn(request: RecordedRequest): void {
  const body = request.target === "/api/version" ? { version: VERSION } : { models: MODELS };
  request.answer("200 OK", [["Content-Type", "application/json"]], JSON.stringify(body));
}

/** Starts a recording upstream that ends with the test. */
export async function startRecordingUpstream(): Promise<RecordingUpstream> {
  const upstream = new RecordingUpstream();
  await upstream.start();
  onTestFinished(() => upstream.stop());
  return upstream;
}
