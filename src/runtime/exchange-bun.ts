import { ClientLeft } from "../errors/service-error.ts";
import type { Exchange } from "./exchange.ts";
import { tooLarge, type BodyLimit } from "./body-limit.ts";
import type { StallWatch } from "./stall-watch.ts";
import type { UploadWatch } from "./upload-watch.ts";
import type { Watches } from "./watches.ts";

/** What Bun.serve hands to its handler, as far as it is used. */
export type BunServer = Pick<Bun.Server<unknown>, "requestIP" | "timeout">;

/** What the port hands along with a request. */
export interface BunEnv {
  server: BunServer;
  /** How long a connection may be idle, in seconds. */
  idleSec: number;
}

/** Bodies up to this size are read by Bun in one native call; larger ones piece by piece. */
const WHOLE_BODY_BYTES = 65_536;

/** An exchange on Bun's Request. */
export class BunExchange implements Exchange {
  readonly request: Request;
  readonly uploads: UploadWatch;
  readonly #env: BunEnv;
  readonly #downloads: StallWatch;
  /** The answer went out whole: what the signal says later is no leaving. */
  #answered = false;
  #peer: string | undefined;

  constructor(request: Request, env: BunEnv, { uploads, downloads }: Watches) {
    this.request = request;
    this.#env = env;
    this.uploads = uploads;
    this.#downloads = downloads;
    // Bun's idle limit would end a quiet answer and a slow upload.
    env.server.timeout(request, 0);
  }

  get method(): string {
    return this.request.method;
  }

  get target(): string {
    const { url } = this.request;
    return url.slice(url.indexOf("/", url.indexOf("//") + 2));
  }

  get peer(): string {
    this.#peer ??= this.#env.server.requestIP(this.request)?.address ?? "";
    return this.#peer;
  }

  header(name: string): string | undefined {
    return this.request.headers.get(name) ?? undefined;
  }

  get hasLeft(): boolean {
    return this.request.signal.aborted && !this.#answered;
  }

  answered(): void {
    this.#answered = true;
  }

  onLeave(left: () => void): () => void {
    const { signal } = this.request;
    const tell = (): void => {
      if (!this.#answered) left();
    };
    signal.addEventListener("abort", tell, { once: true });
    return () => signal.removeEventListener("abort", tell);
  }

  async readBody(limit: BodyLimit): Promise<Uint8Array> {
    const { body } = this.request;
    if (!body) return new Uint8Array();
    const declared = Number(this.header("content-length") ?? Number.NaN);
    const whole = declared <= Math.min(limit.maxBytes, WHOLE_BODY_BYTES);
    return new Promise<Uint8Array>((resolve, reject) => {
      const stopListening = this.onLeave(() => settle(new ClientLeft()));
      const settle = (result: Uint8Array | Error): void => {
        upload.done();
        stopListening();
        if (result instanceof Error) reject(result);
        else resolve(result);
      };
      const upload = this.uploads.watch(settle);
      const reading = whole
        ? this.request.arrayBuffer().then((buffer) => new Uint8Array(buffer))
        : readPieces(body, limit, upload.progress);
      reading.then(settle, (err: unknown) => settle(this.#readingFailed(err)));
    });
  }

  watchReading(taken: () => number | undefined): () => void {
    return this.#downloads.watch({
      steps: taken,
      // Bun closes no connection for the asking; its shortest idle limit does it, in about 4 s.
      stalled: () => this.#env.server.timeout(this.request, 1),
    });
  }

  rest(): void {
    this.#env.server.timeout(this.request, this.#env.idleSec);
  }

  #readingFailed(err: unknown): Error {
    if (this.request.signal.aborted || !(err instanceof Error)) return new ClientLeft();
    return err;
  }
}

async function readPieces(
  body: ReadableStream<Uint8Array>,
  limit: BodyLimit,
  progress: () => void,
): Promise<Uint8Array> {
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let received = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks, received);
    progress();
    received += value.length;
    if (received > limit.maxBytes) {
      await reader.cancel();
      throw tooLarge(limit, received);
    }
    chunks.push(value);
  }
}
