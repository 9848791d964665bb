import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./deadline.ts";

/** An answer as it stood on the wire. */
export interface WireAnswer {
  status: number;
  /** Empty where there is none. */
  body: string;
}

/** A client that writes whatever it is told to, and shows what came back and how it ended. */
export class PlainSocket {
  received = "";
  /** The service has closed its side, or the connection is gone. */
  ended = false;
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.setEncoding("latin1").on("data", (text: string) => {
      this.received += text;
    });
    const end = (): void => {
      this.ended = true;
    };
    // A reset is an end as well.
    socket.on("end", end).on("close", end).on("error", end);
  }

  /** @returns whether more can be written at once. */
  send(bytes: string | Buffer): boolean {
    return this.#socket.write(bytes);
  }

  /** Takes nothing more of what comes. */
  stopReading(): void {
    this.#socket.pause();
  }

  /** Settles when the service takes bytes again, or the connection is gone. */
  async drained(): Promise<void> {
    await until(() => this.ended || !this.#socket.writableNeedDrain, "the socket drains");
  }

  /** Closes the writing side only, as `nc` does at the end of its input. */
  finish(): void {
    this.#socket.end();
  }

  /** Leaves, as a program does that is ended. */
  leave(): void {
    this.#socket.resetAndDestroy();
  }

  /** Waits for the next whole answer and takes it away. */
  async answer(): Promise<WireAnswer> {
    let answer: WireAnswer | undefined;
    await until(() => (answer = this.#take()) !== undefined, "an answer on a plain socket");
    return answer ?? { status: 0, body: "" };
  }

  /** Waits until the service has closed the connection. */
  closed(): Promise<void> {
    return until(() => this.ended, "the service closes the connection");
  }

  #take(): WireAnswer | undefined {
    const headEnd = this.received.indexOf("\r\n\r\n");
    if (headEnd < 0) return undefined;
    const head = this.received.slice(0, headEnd);
    const status = Number(head.split(" ")[1]);
    const length = /^content-length: (\d+)$/im.exec(head)?.[1];
    const end = length === undefined ? this.received.length : headEnd + 4 + Number(length);
    if (this.received.length < end) return undefined;
    const body = this.received.slice(headEnd + 4, end);
    this.received = this.received.slice(end);
    return { status, body };
  }
}

/** Connects to a service; the connection ends with the test. */
export async function connectPlain(url: string): Promise<PlainSocket> {
  const { hostname, port } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port) });
  await new Promise<void>((resolve, reject) => {
    socket.once("connect", resolve);
    socket.once("error", reject);
  });
  onTestFinished(() => void socket.destroy());
  return new PlainSocket(socket);
}

/** A request's head; Host stands first unless the headers bring their own. */
export function requestHead(line: string, headers: string[] = []): string {
  const hasHost = headers.some((header) => /^host:/i.test(header));
  return [line, ...(hasHost ? [] : ["Host: localhost"]), ...headers, "", ""].join("\r\n");
}

/**
 * Sends headers for as long as the other side takes them.
 * @returns how many bytes were sent until it closed the connection.
 */
export async function sendEndlessHead(client: PlainSocket): Promise<number> {
  const header = `X-A: ${"a".repeat(65_536)}\r\n`;
  client.send("GET / HTTP/1.1\r\nHost: localhost\r\n");
  let sent = 0;
  while (!client.ended) {
    sent += header.length;
    if (!client.send(header)) await client.drained();
  }
  return sent;
}
