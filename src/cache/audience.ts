import type { Audience } from "../inference/runner.ts";

/** Several who wait for one answer. It counts as left when the last of them has gone. */
export class SharedAudience implements Audience {
  #members = 0;
  #hasLeft = false;
  readonly #leavers = new Set<(isServed: boolean) => void>();

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  onLeave(left: (isServed: boolean) => void): () => void {
    this.#leavers.add(left);
    return () => this.#leavers.delete(left);
  }

  /**
   * Joins. @returns how to go, once, and whether served from elsewhere; for whom the answer is
   * whole, going changes nothing.
   */
  join(): (isServed?: boolean) => void {
    this.#members += 1;
    let isHere = true;
    return (isServed = false) => {
      if (!isHere) return;
      isHere = false;
      this.#members -= 1;
      if (this.#members > 0) return;
      this.#hasLeft = true;
      for (const tell of [...this.#leavers]) tell(isServed);
    };
  }
}
