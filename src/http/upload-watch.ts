import { ServiceError } from "../errors/service-error.ts";
import { StallWatch } from "../runtime/stall-watch.ts";

/** Fails uploads that stall. */
export class UploadWatch {
  readonly #stalls: StallWatch;

  constructor({ stallMs }: { stallMs: number }) {
    this.#stalls = new StallWatch({ stallMs });
  }

  /** Watches an upload until `done` is called. */
  watch(fail: (reason: ServiceError) => void): { progress: () => void; done: () => void } {
    let steps = 0;
    const stalled = (): void => {
      const sec = Math.round(this.#stalls.stallMs / 1000);
      const message = `No more of the request's body arrived within ${sec} s`;
      fail(new ServiceError("upload_stalled", message));
    };
    const done = this.#stalls.watch({ steps: () => steps, stalled });
    return {
      progress: () => {
        steps += 1;
      },
      done,
    };
  }

  /**
   * A body's pieces, each when it is pulled: the consumer may be slow, and only the time that the
   * client is waited for counts.
   * @throws ServiceError `upload_stalled`.
   */
  async *pieces<T>(source: AsyncIterator<T>): AsyncGenerator<T> {
    try {
      for (;;) {
        const { done, value } = await this.#withStallLimit(source.next());
        if (done) return;
        yield value;
      }
    } finally {
      // Not awaited: it settles after a piece that may never come, or fails with the connection.
      source.return?.().catch(() => {});
    }
  }

  async #withStallLimit<T>(coming: Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const { done } = this.watch(reject);
      coming.then(resolve, reject).finally(done);
    });
  }
}
