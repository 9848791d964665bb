import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { IncomingMessage, ServerResponse } from "node:http";
import { ClientLeft } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { memoryFull, type BodyHold } from "./body-budget.ts";
import type { BodyDiscards } from "./body-discards.ts";
import { tooLarge, type BodyLimit } from "./body-limit.ts";
import { BodyPieces } from "./body-pieces.ts";
import { declaredBytes, type Exchange, type StreamedAnswer } from "./exchange.ts";
import { LightSignal } from "../runtime/light-signal.ts";
import type { RequestTarget } from "./request-target.ts";
import type { UploadWatch } from "./upload-watch.ts";
import type { Watches } from "./watches.ts";
import { writeStreamed } from "./write-streamed.ts";

/** What @hono/node-server hands to the app as its environment, and where the request goes. */
export interface NodeEnv {
  incoming: IncomingMessage;
  outgoing: ServerResponse;
  target: RequestTarget;
}

/** An exchange on Node's own HTTP objects: raw target, raw headers, no web streams. */
export class NodeExchange implements Exchange {
  readonly incoming: IncomingMessage;
  readonly outgoing: ServerResponse;
  readonly target: RequestTarget;
  readonly #uploads: UploadWatch;
  #signal: LightSignal | undefined;
  #hasStalled = false;
  /** The body is being forwarded. */
  #isForwarded = false;
  #hasContinued = false;

  constructor({ incoming, outgoing, target }: NodeEnv, { uploads }: Watches) {
    this.incoming = incoming;
    this.outgoing = outgoing;
    this.target = target;
    this.#uploads = uploads;
  }

  get method(): string {
    return this.incoming.method ?? "GET";
  }

  get peer(): string {
    return this.incoming.socket.remoteAddress ?? "";
  }

  header(name: string): string | undefined {
    const value = this.incoming.headers[name];
    return Array.isArray(value) ? value.join(", ") : value;
  }

  get signal(): LightSignal {
    if (this.#signal) return this.#signal;
    const signal = new LightSignal();
    const { outgoing } = this;
    const closed = (): void => {
      if (!outgoing.writableFinished) signal.abort(new ClientLeft());
    };
    if (outgoing.destroyed) closed();
    else outgoing.once("close", closed);
    this.#signal = signal;
    return signal;
  }

  callOff(reason: Error): void {
    this.signal.abort(reason);
  }

  get hasLeft(): boolean {
    return this.outgoing.destroyed && !this.outgoing.writableFinished;
  }

  readBody(limit: BodyLimit, hold?: BodyHold): Promise<Uint8Array[]> {
    const { incoming, signal } = this;
    this.sendContinue();
    return new Promise((resolve, reject) => {
      const pieces = new BodyPieces(declaredBytes(this));
      const settle = (err?: Error): void => {
        upload.done();
        signal.removeEventListener("abort", onAbort);
        incoming.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
        if (!err) return resolve(pieces.take());
        incoming.pause();
        reject(err);
      };
      const onData = (chunk: Buffer): void => {
        const received = pieces.byteLength + chunk.length;
        upload.progress();
        if (received > limit.maxBytes) settle(tooLarge(limit, received));
        else if (hold && !hold.covers(received)) settle(memoryFull());
        else pieces.add(chunk);
      };
      const onEnd = (): void => settle();
      const onClose = (): void => settle(new ClientLeft());
      const onAbort = (): void => settle(signal.reason as Error);
      signal.addEventListener("abort", onAbort);
      const upload = this.#uploads.watch((stalled: ServiceError) => {
        this.#hasStalled = true;
        settle(stalled);
      });
      if (incoming.readableEnded) onEnd();
      else if (signal.aborted) onAbort();
      else if (incoming.destroyed) onClose();
      else incoming.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
    });
  }

  /**
   * The body as it comes, to be forwarded; the connection stays open when its reader stops.
   * @throws ServiceError `upload_stalled`.
   */
  async *upload(): AsyncGenerator<Buffer> {
    this.sendContinue();
    this.#isForwarded = true;
    try {
      yield* this.#uploads.pieces<Buffer>(this.incoming.iterator({ destroyOnReturn: false }));
    } catch (err) {
      this.#hasStalled = err instanceof ServiceError;
      throw err;
    } finally {
      this.#isForwarded = false;
    }
  }

  /** Sends `100 Continue` to a client that waits for it (`Expect: 100-continue`). */
  sendContinue(): void {
    if (!this.#awaitsContinue) return;
    this.#hasContinued = true;
    this.outgoing.writeContinue();
  }

  get #awaitsContinue(): boolean {
    const { headers, httpVersion } = this.incoming;
    return headers.expect !== undefined && httpVersion === "1.1" && !this.#hasContinued;
  }

  get hasUnreadBody(): boolean {
    return !this.incoming.complete && !this.#isForwarded && declaredBytes(this) !== 0;
  }

  discardBody(discards: BodyDiscards): Promise<boolean> {
    const { incoming } = this;
    return new Promise((resolve) => {
      // A client that waits for `100 Continue` reads before it writes: it sends no body that is refused.
      if (this.#awaitsContinue || this.#hasStalled || incoming.destroyed) return resolve(false);
      const settle = (isWhole: boolean): void => {
        discard?.end();
        incoming.off("data", onData).off("end", onEnd).off("close", onClose).off("error", onClose);
        if (!isWhole) incoming.pause();
        resolve(isWhole);
      };
      const onData = (chunk: Buffer): void => {
        if (!discard?.takes(chunk.length)) settle(false);
      };
      const onEnd = (): void => settle(true);
      const onClose = (): void => settle(false);
      const discard = discards.begin(declaredBytes(this), onClose);
      if (!discard) return resolve(false);
      incoming.on("data", onData).on("end", onEnd).on("close", onClose).on("error", onClose);
      incoming.resume();
    });
  }

  /** The port watches every socket (unread-sockets.ts). */
  watchReading(): () => void {
    return () => {};
  }

  stream(answer: StreamedAnswer): Response {
    writeStreamed(this.outgoing, answer);
    return RESPONSE_ALREADY_SENT;
  }

  /** Node's server counts by itself. */
  restoreIdleTimeout(): void {}
}
