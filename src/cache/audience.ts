import type { LeaveReason } from "../errors/service-error.ts";
import type { Audience } from "../inference/runner.ts";

/** Several who wait for one answer. It counts as left when the last of them has gone. */
export class SharedAudience implements Audience {
  #members = 0;
  #hasLeft = false;
  readonly #leavers = new Set<(why: LeaveReason) => void>();

  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  onLeave(left: (why: LeaveReason) => void): () => void {
    this.#leavers.add(left);
    return () => this.#leavers.delete(left);
  }

  /**
   * Joins. @returns how to go, once, and why; for whom the answer is whole, going changes nothing.
   */
  join(): (why?: LeaveReason) => void {
    this.#members += 1;
    let isHere = true;
    return (why = "gone") => {
      if (!isHere) return;
      isHere = false;
      this.#members -= 1;
      if (this.#members > 0) return;
      this.#hasLeft = true;
      for (const tell of [...this.#leavers]) tell(why);
    };
  }
}
