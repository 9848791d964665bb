import {
  type JSONRPCMessage,
  StreamableHTTPClientTransport,
  type Transport,
} from "@modelcontextprotocol/client";
import { boundedFetch } from "./bounded-answers.ts";
import { FloodGuard } from "./flood-guard.ts";
import type { McpFault } from "./mcp-fault.ts";

interface HttpTransportOptions {
  url: string;
  headers: Readonly<Record<string, string>>;
}

/** A session is given up without its server's word after this. */
const GOODBYE_MS = 1000;

/** A server that ends its streams at once, and wants them opened again at once, is not obeyed. */
const LEAST_RECONNECT_MS = 1000;

/** JSON-RPC leaves these codes to those who implement it. */
const BROKEN_OFF = -32_000;

/**
 * Speaks with an MCP server that runs elsewhere. The protocol library's own transport, with bounds on
 * what comes, and with an end to what was cancelled: there the connection of a call stays open for as
 * long as the server likes.
 */
export class HttpTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  readonly #inner: StreamableHTTPClientTransport;
  /** Requests whose answers have not come. */
  readonly #open = new Map<unknown, AbortController>();
  #fault: McpFault | undefined;
  #closing: Promise<void> | undefined;

  constructor({ url, headers }: HttpTransportOptions) {
    this.#inner = new StreamableHTTPClientTransport(new URL(url), {
      requestInit: { headers: { ...headers } },
      fetch: boundedFetch({ guard: new FloodGuard(), onFault: (fault) => this.#fail(fault) }),
      reconnectionScheduler: (reconnect, delayMs) => {
        const timer = setTimeout(reconnect, Math.max(LEAST_RECONNECT_MS, delayMs));
        return () => clearTimeout(timer);
      },
    });
  }

  /** Why it cannot be spoken with any more; undefined while it can, or when it was closed. */
  get fault(): McpFault | undefined {
    return this.#fault;
  }

  get sessionId(): string | undefined {
    return this.#inner.sessionId;
  }

  setProtocolVersion(version: string): void {
    this.#inner.setProtocolVersion(version);
  }

  async start(): Promise<void> {
    /* oxlint-disable unicorn/prefer-add-event-listener -- it is no event target */
    this.#inner.onmessage = (message) => {
      if (!("method" in message)) this.#open.delete(message.id);
      this.onmessage?.(message);
    };
    this.#inner.onerror = (err) => this.onerror?.(err);
    this.#inner.onclose = () => this.onclose?.();
    /* oxlint-enable unicorn/prefer-add-event-listener */
    await this.#inner.start();
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const isRequest = "method" in message && "id" in message;
    if (isRequest) return this.#ask(message, message.id);
    await this.#inner.send(message);
    if ("method" in message && message.method === "notifications/cancelled") {
      this.#abort(message.params?.["requestId"]);
    }
  }

  /** Says goodbye to the server, and ends all connections. Never rejects. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #ask(message: JSONRPCMessage, id: string | number): Promise<void> {
    const request = new AbortController();
    this.#open.set(id, request);
    try {
      await this.#inner.send(message, {
        requestSignal: request.signal,
        onRequestStreamEnd: () => this.#streamEnded(id),
      });
    } catch (err) {
      this.#open.delete(id);
      throw err;
    }
  }

  /** An answer that can come no more is an error at once, not when its time is over. */
  #streamEnded(id: string | number): void {
    if (!this.#open.delete(id)) return;
    const error = { code: BROKEN_OFF, message: "the server broke off its answer" };
    this.onmessage?.({ jsonrpc: "2.0", id, error });
  }

  #fail(fault: McpFault): void {
    this.#fault ??= fault;
    void this.close();
  }

  async #close(): Promise<void> {
    for (const id of [...this.#open.keys()]) this.#abort(id);
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS);
    });
    await Promise.race([this.#inner.terminateSession().catch(() => {}), late]);
    clearTimeout(timer);
    await this.#inner.close().catch(() => {});
  }

  #abort(id: unknown): void {
    this.#open.get(id)?.abort();
    this.#open.delete(id);
  }
}
