type Waiting = { readonly order: number; readonly go: (alone: boolean) => void };

/**
 * Takes the sequences of one context forward in rounds, so that each decode of llama.cpp holds all
 * of them. Left alone, node-llama-cpp (3.22) starts the next decode as soon as any sequence has
 * asked for one: those that ask a moment later always miss it, and two streams decode in turns.
 *
 * Between two rounds nothing decodes. That is when a sequence's memory can be changed: the
 * library's context lock is held as long as any sequence has a next token queued.
 */
export class Rounds {
  #waiting: Waiting[] = [];
  #running = 0;
  #starting = false;

  /**
   * Runs one step (a token, a block of a prompt, a change of memory) in the next round. `alone`
   * says whether it is the round's only step. A round ends with its slowest step, so `step` must
   * wait for nothing but llama.cpp.
   *
   * `order` is the sequence's number: llama.cpp decodes sequences in one pass only as
   * long as their numbers rise by one, and splits a batch that is out of order.
   */
  async run<T>(order: number, step: (alone: boolean) => Promise<T>): Promise<T> {
    const alone = await new Promise<boolean>((go) => {
      this.#waiting.push({ order, go });
      this.#start();
    });
    try {
      return await step(alone);
    } finally {
      this.#running -= 1;
      this.#start();
    }
  }

  /** Whoever took part in the last round has until the event loop's next turn to ask again. */
  #start(): void {
    if (this.#running > 0 || this.#starting || this.#waiting.length === 0) return;
    this.#starting = true;
    setImmediate(() => {
      this.#starting = false;
      const members = this.#waiting.toSorted((a, b) => a.order - b.order);
      this.#waiting = [];
      this.#running = members.length;
      for (const { go } of members) go(members.length === 1);
    });
  }
}
