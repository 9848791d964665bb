/**
 * Lets a sequence's memory be changed while other sequences decode. node-llama-cpp (3.22) holds its
 * context lock as long as any sequence has a next token queued, so under load a change of memory
 * would wait for all answers to end: whoever decodes passes the gate before each token, and a
 * change closes it for a moment.
 */
export class DecodeGate {
  #closed: Promise<void> | undefined;

  get isClosed(): boolean {
    return this.#closed !== undefined;
  }

  /** Waits while the gate is closed. */
  async pass(): Promise<void> {
    while (this.#closed) await this.#closed;
  }

  /** Runs `work` with the gate closed; one at a time. */
  async closedFor(work: () => Promise<void>): Promise<void> {
    await this.pass();
    let open = () => {};
    this.#closed = new Promise((resolve) => {
      open = resolve;
    });
    try {
      await work();
    } finally {
      this.#closed = undefined;
      open();
    }
  }
}
