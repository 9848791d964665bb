import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";
import { framingOf, headBytes, WireReader } from "./http-wire.ts";
import { valuesOf, type Framing, type Header, type WireHead } from "./http-wire.ts";
import { MARK } from "./recording-upstream.ts";

/** A request as it is to stand on the wire. */
export interface RawRequest {
  method: string;
  target: string;
  /** Beside the Host and the test's mark, which come first unless `bare`. */
  headers?: Header[];
  /** Sent after the head; its framing is the headers' business. */
  body?: string | Buffer;
  /** Nothing is added to the headers. */
  bare?: boolean;
  /** 1.1 unless given. */
  version?: string;
}

/** How an answer ended: whole, with the connection closed early, or with it reset. */
export type AnswerEnd = "complete" | "cut" | "reset";

/** An answer as it comes over the wire. */
export class RawAnswer {
  /** Interim answers (1xx) before the head. */
  readonly interim: WireHead[] = [];
  head: WireHead | undefined;
  readonly chunks: Buffer[] = [];
  trailers: Header[] = [];
  ending: AnswerEnd | undefined;
  readonly #method: string;

  constructor(method: string) {
    this.#method = method;
  }

  get status(): number {
    return Number(this.head?.startLine.split(" ")[1]);
  }

  get headers(): Header[] {
    return this.head?.headers ?? [];
  }

  get body(): Buffer {
    return Buffer.concat(this.chunks);
  }

  get text(): string {
    return this.body.toString();
  }

  header(name: string): string | undefined {
    return valuesOf(this.headers, name.toLowerCase())[0];
  }

  /** Waits for the head. */
  begun(): Promise<void> {
    return until(() => this.head !== undefined, `the head of an answer to ${this.#method}`);
  }

  /** Waits until the body so far is this text. */
  has(text: string): Promise<void> {
    return until(() => this.text === text, `a body of ${JSON.stringify(text)}`);
  }

  /** Waits for the end, whichever it is. */
  async ended(): Promise<AnswerEnd | undefined> {
    await until(() => this.ending !== undefined, `the end of an answer to ${this.#method}`);
    return this.ending;
  }

  framing(head: WireHead): Framing | "skip" {
    const status = Number(head.startLine.split(" ")[1]);
    if (status < 200) {
      this.interim.push(head);
      return "skip";
    }
    this.head = head;
    if (this.#method === "HEAD" || status === 204 || status === 304) return "none";
    const framing = framingOf(head.headers);
    return framing === "none" ? "until-close" : framing;
  }

  /** The connection is gone: what was not whole was cut, unless the end was the framing. */
  disconnected(reset: boolean): void {
    this.ending ??= reset ? "reset" : isUntilClose(this) ? "complete" : "cut";
  }
}

function isUntilClose({ head }: RawAnswer): boolean {
  return head !== undefined && framingOf(head.headers) === "none";
}

/** One connection on which a test writes requests and reads answers byte for byte. */
export class RawClient {
  readonly #host: string;
  readonly #socket: Socket;
  #answer: RawAnswer | undefined;
  #wasReset = false;

  constructor(host: string, socket: Socket) {
    this.#host = host;
    this.#socket = socket;
    const reader = new WireReader({
      head: (head) => this.#answer?.framing(head) ?? "none",
      chunk: (bytes) => this.#answer?.chunks.push(bytes),
      end: (trailers) => {
        if (!this.#answer) return;
        this.#answer.trailers = trailers;
        this.#answer.ending = "complete";
      },
    });
    socket.on("data", (bytes) => reader.feed(bytes));
    socket.on("error", () => {
      this.#wasReset = true;
    });
    socket.on("close", () => this.#answer?.disconnected(this.#wasReset));
  }

  /** Sends a request; the answer fills as it comes. One at a time. */
  ask(request: RawRequest): RawAnswer {
    const { method, target, headers = [], body, bare = false, version = "1.1" } = request;
    const answer = new RawAnswer(method);
    this.#answer = answer;
    const own: Header[] = bare
      ? []
      : [
          ["Host", this.#host],
          [MARK, "1"],
        ];
    const head = headBytes(`${method} ${target} HTTP/${version}`, [...own, ...headers]);
    this.send(Buffer.from(head, "latin1"));
    if (body !== undefined) this.send(body);
    return answer;
  }

  send(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  /** Stops reading, as a program does that is busy or stopped. */
  pause(): void {
    this.#socket.pause();
  }

  /** Reads on. */
  resume(): void {
    this.#socket.resume();
  }

  /** Leaves, as a program does that is ended. */
  leave(): void {
    this.#socket.destroy();
  }
}

/** Connects to a gateway; the connection ends with the test. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { host, hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.setNoDelay(true);
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  onTestFinished(() => void socket.destroy());
  return new RawClient(host, socket);
}

/** A request with a JSON body and its length. */
export function jsonRequest(target: string, body: unknown, headers: Header[] = []): RawRequest {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return {
    method: "POST",
    target,
    headers: [
      ...headers,
      ["Content-Type", "application/json"],
      ["Content-Length", String(Buffer.byteLength(text))],
    ],
    body: text,
  };
}
