import { ServiceError } from "../errors/service-error.ts";

interface Upload {
  lastProgressAt: number;
  fail: (reason: ServiceError) => void;
}

/**
 * Gives up uploads of which nothing arrives. One timer serves all of them, and runs only while
 * there are any: the runtimes' own limits count the whole time and would cut slow, live uploads.
 */
export class UploadWatch {
  readonly #stallMs: number;
  readonly #uploads = new Set<Upload>();
  #timer: NodeJS.Timeout | undefined;

  constructor({ stallMs }: { stallMs: number }) {
    this.#stallMs = stallMs;
  }

  /** Watches an upload until `done` is called. */
  watch(fail: (reason: ServiceError) => void): { progress: () => void; done: () => void } {
    const upload: Upload = { lastProgressAt: performance.now(), fail };
    this.#uploads.add(upload);
    this.#timer ??= setInterval(() => this.#sweep(), Math.min(1000, this.#stallMs / 10)).unref();
    return {
      progress: () => {
        upload.lastProgressAt = performance.now();
      },
      done: () => this.#uploads.delete(upload),
    };
  }

  /** Ends the timer when there was nothing to watch: not with each upload, which has its price. */
  #sweep(): void {
    if (this.#uploads.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    const now = performance.now();
    for (const upload of [...this.#uploads]) {
      if (now - upload.lastProgressAt < this.#stallMs) continue;
      this.#uploads.delete(upload);
      const sec = Math.round(this.#stallMs / 1000);
      upload.fail(
        new ServiceError("upload_stalled", `No more of the request's body arrived within ${sec} s`),
      );
    }
  }
}
