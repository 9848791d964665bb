/** Who wants to know when the client of one request leaves: a few, and most of them only for a while. */
export class Leavers {
  #all: (() => void)[] = [];

  /** @returns the undo. */
  add(left: () => void): () => void {
    this.#all.push(left);
    return () => {
      const at = this.#all.indexOf(left);
      if (at >= 0) this.#all.splice(at, 1);
    };
  }

  /** Tells everyone, once. */
  tell(): void {
    const all = this.#all;
    this.#all = [];
    for (const left of all) left();
  }
}
