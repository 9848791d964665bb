import type { IncomingMessage, ServerResponse } from "node:http";
import { ClientLeft, type ServiceError } from "../errors/service-error.ts";
import type { Exchange } from "./exchange.ts";
import { tooLarge, type BodyLimit } from "./body-limit.ts";
import type { UploadWatch } from "./upload-watch.ts";
import type { Watches } from "./watches.ts";

/** What @hono/node-server hands to the app as its environment. */
export interface NodeEnv {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
}

/** An exchange on Node's own HTTP objects: raw target, raw headers, no web streams. */
export class NodeExchange implements Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly uploads: UploadWatch;
  #leavers: Set<() => void> | undefined;

  constructor({ incoming, outgoing }: NodeEnv, { uploads }: Watches) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.uploads = uploads;
  }

  get method(): string {
    return this.incoming.method ?? "GET";
  }

  get target(): string {
    const url = this.incoming.url ?? "/";
    // A client may send the absolute form; upstream gets the path.
    return url.startsWith("/") ? url : url.replace(/^https?:\/\/[^/?#]*/i, "") || "/";
  }

  get peer(): string {
    return this.incoming.socket.remoteAddress ?? "";
  }

  header(name: string): string | undefined {
    const value = this.incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  get hasLeft(): boolean {
    return this.outgoing.closed && !this.outgoing.writableFinished;
  }

  onLeave(left: () => void): () => void {
    if (!this.#leavers) {
      const leavers = new Set<() => void>();
      this.#leavers = leavers;
      this.outgoing.once("close", () => {
        if (this.outgoing.writableFinished) return;
        for (const tell of [...leavers]) tell();
      });
    }
    this.#leavers.add(left);
    return () => this.#leavers?.delete(left);
  }

  readBody(limit: BodyLimit): Promise<Uint8Array> {
    const { incoming } = this;
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let received = 0;
      const settle = (result: Buffer | Error): void => {
        upload.done();
        incoming.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const onData = (chunk: Buffer): void => {
        received += chunk.length;
        upload.progress();
        if (received > limit.maxBytes) {
          incoming.pause();
          settle(tooLarge(limit, received));
        } else chunks.push(chunk);
      };
      const onEnd = (): void => {
        const [only] = chunks;
        settle(chunks.length === 1 && only ? only : Buffer.concat(chunks, received));
      };
      const onClose = (): void => settle(new ClientLeft());
      const upload = this.uploads.watch((stalled: ServiceError) => settle(stalled));
      if (incoming.readableEnded) onEnd();
      else if (incoming.destroyed) onClose();
      else incoming.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    });
  }

  /** The port watches every socket (unread-sockets.ts). */
  watchReading(): () => void {
    return () => {};
  }

  /** Node's server counts by itself. */
  rest(): void {}
}
