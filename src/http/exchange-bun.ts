import { ClientLeft } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import { memoryFull, type BodyHold } from "./body-budget.ts";
import type { BodyDiscards } from "./body-discards.ts";
import { tooLarge, type BodyLimit } from "./body-limit.ts";
import { BodyPieces, SMALL_BODY_BYTES } from "./body-pieces.ts";
import { directStream } from "./direct-stream.ts";
import { deferred } from "../runtime/deferred.ts";
import { declaredBytes, type Exchange, type StreamedAnswer } from "./exchange.ts";
import { LightSignal } from "../runtime/light-signal.ts";
import type { RequestTarget } from "./request-target.ts";
import type { StallWatch } from "../runtime/stall-watch.ts";
import type { UploadWatch } from "./upload-watch.ts";
import type { Watches } from "./watches.ts";

/** What Bun.serve hands to its handler, as far as it is used. */
export type BunServer = Pick<Bun.Server<unknown>, "requestIP" | "timeout">;

/** What the app gets as its environment, and where the request goes. */
export interface BunEnv {
  server: BunServer;
  target: RequestTarget;
  /** How long a connection may be idle, in seconds. */
  idleSec: number;
}

/** A stream's reader, as far as it is used; without a value the stream has ended. */
interface BodyReader {
  read(): Promise<{ value?: Uint8Array | undefined }>;
}

/** An exchange on Bun's Request. */
export class BunExchange implements Exchange {
  readonly request: Request;
  readonly target: RequestTarget;
  readonly #uploads: UploadWatch;
  readonly #env: BunEnv;
  readonly #downloads: StallWatch;
  /** The whole answer was sent: a later abort of the signal is no client that left. */
  #answered = false;
  #peer: string | undefined;
  #signal: LightSignal | undefined;
  #reader: BodyReader | undefined;
  #hasStalled = false;
  /** The body is being forwarded. */
  #isForwarded = false;
  /** The body was read to its end. */
  #isRead = false;

  constructor(request: Request, env: BunEnv, { uploads, downloads }: Watches) {
    this.request = request;
    this.target = env.target;
    this.#env = env;
    this.#uploads = uploads;
    this.#downloads = downloads;
    // Bun's idle limit would end a quiet answer and a slow upload.
    env.server.timeout(request, 0);
  }

  get method(): string {
    return this.request.method;
  }

  get peer(): string {
    this.#peer ??= this.#env.server.requestIP(this.request)?.address ?? "";
    return this.#peer;
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  get signal(): LightSignal {
    if (this.#signal) return this.#signal;
    const signal = new LightSignal();
    const left = (): void => {
      if (!this.#answered) signal.abort(new ClientLeft());
    };
    // One for all: a listener on Bun's own signal costs more than what most listeners do.
    if (this.request.signal.aborted) left();
    else this.request.signal.addEventListener("abort", left, { once: true });
    this.#signal = signal;
    return signal;
  }

  callOff(reason: Error): void {
    this.signal.abort(reason);
  }

  get hasLeft(): boolean {
    return this.request.signal.aborted && !this.#answered;
  }

  /** The whole answer was sent. */
  answered(): void {
    this.#answered = true;
  }

  readBody(limit: BodyLimit, hold?: BodyHold): Promise<Uint8Array[]> {
    const declared = declaredBytes(this) ?? Infinity;
    if (declared === 0) return Promise.resolve([]);
    return new Promise<Uint8Array[]>((resolve, reject) => {
      const { signal } = this;
      const leave = (): void => settle(signal.reason as Error);
      signal.addEventListener("abort", leave);
      const settle = (result: Uint8Array[] | Error): void => {
        upload.done();
        signal.removeEventListener("abort", leave);
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const upload = this.#uploads.watch((stalled) => {
        this.#hasStalled = true;
        settle(stalled);
      });
      // Bun reads a small one in one native call. To read `body` would make a stream of it.
      const reading =
        declared <= Math.min(limit.maxBytes, SMALL_BODY_BYTES)
          ? this.request.arrayBuffer().then((buffer) => [Buffer.from(buffer)])
          : this.#readPieces(limit, hold, upload.progress);
      reading.then(
        (pieces) => {
          this.#isRead = true;
          settle(pieces);
        },
        (err: unknown) => settle(this.#readingFailed(err)),
      );
    });
  }

  /** As NodeExchange.upload; undefined where there is no body. */
  upload(): AsyncGenerator<Uint8Array> | undefined {
    const { body } = this.request;
    return body ? this.#upload(this.#readerOf(body)) : undefined;
  }

  async *#upload(reader: BodyReader): AsyncGenerator<Uint8Array> {
    this.#isForwarded = true;
    const next = async (): Promise<IteratorResult<Uint8Array>> => {
      const { value } = await reader.read();
      return value ? { done: false, value } : { done: true, value };
    };
    try {
      yield* this.#uploads.pieces({ next });
      this.#isRead = true;
    } catch (err) {
      this.#hasStalled = err instanceof ServiceError;
      throw err;
    } finally {
      this.#isForwarded = false;
    }
  }

  get hasUnreadBody(): boolean {
    if (this.#isRead || this.#isForwarded) return false;
    const { body } = this.request;
    return body !== null && (this.#reader !== undefined || this.#hasStalled || !body.locked);
  }

  async discardBody(discards: BodyDiscards): Promise<boolean> {
    const { body } = this.request;
    if (!body || this.#hasStalled || this.hasLeft) return false;
    const late = deferred<false>();
    const discard = discards.begin(declaredBytes(this), () => late.resolve(false));
    if (!discard) return false;
    const reader = this.#readerOf(body);
    const isOver = async (): Promise<boolean> => {
      for (;;) {
        const { value } = await reader.read();
        if (!value || !discard.takes(value.length)) return !value;
      }
    };
    try {
      return await Promise.race([isOver().catch(() => false), late.promise]);
    } finally {
      discard.end();
    }
  }

  async #readPieces(
    limit: BodyLimit,
    hold: BodyHold | undefined,
    progress: () => void,
  ): Promise<Uint8Array[]> {
    const { body } = this.request;
    if (!body) return [];
    const reader = this.#readerOf(body);
    const pieces = new BodyPieces(declaredBytes(this));
    for (;;) {
      const { value } = await reader.read();
      if (!value) return pieces.take();
      // What comes now is discarded, and not kept.
      this.signal.throwIfAborted();
      progress();
      const received = pieces.byteLength + value.length;
      if (received > limit.maxBytes) throw tooLarge(limit, received);
      if (hold && !hold.covers(received)) throw memoryFull();
      pieces.add(value);
    }
  }

  /** One for the whole body: what is left of it may be read later. */
  #readerOf(body: ReadableStream<Uint8Array>): BodyReader {
    return (this.#reader ??= body.getReader());
  }

  watchReading(taken: () => number | undefined): () => void {
    return this.#downloads.watch({ steps: taken, stalled: () => this.cut() });
  }

  /**
   * Breaks the connection of a client that does not read. Bun closes none for the asking; its
   * shortest idle limit does it, in about 4 s.
   */
  cut(): void {
    this.#env.server.timeout(this.request, 1);
  }

  stream({ status, headers, pieces, heldUp, onEnd }: StreamedAnswer): Response {
    const body = directStream({
      client: this,
      signal: this.signal,
      heldUp,
      next: () => pieces.next(),
      cancel: () => pieces.return(undefined),
      onEnd: (bytes, err) => {
        this.answered();
        onEnd(bytes, err === undefined);
      },
    });
    const named = new Headers();
    for (let i = 0; i + 1 < headers.length; i += 2)
      named.append(headers[i] ?? "", headers[i + 1] ?? "");
    return new Response(body, { status, headers: named });
  }

  restoreIdleTimeout(): void {
    this.#env.server.timeout(this.request, this.#env.idleSec);
  }

  #readingFailed(err: unknown): Error {
    if (this.request.signal.aborted || !(err instanceof Error)) return new ClientLeft();
    return err;
  }
}
