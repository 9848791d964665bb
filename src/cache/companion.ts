import type { LeaveReason } from "../errors/service-error.ts";
import type { Audience } from "../inference/runner.ts";

/** One who waits as long as a client does, or until he is sent away: the client is served. */
export class Companion implements Audience {
  readonly #client: Audience;
  readonly #leavers = new Set<(why: LeaveReason) => void>();
  #isSentAway = false;

  constructor(client: Audience) {
    this.#client = client;
  }

  get hasLeft(): boolean {
    return this.#isSentAway || this.#client.hasLeft;
  }

  onLeave(left: (why?: LeaveReason) => void): () => void {
    this.#leavers.add(left);
    const stopListening = this.#client.onLeave(left);
    return () => {
      stopListening();
      this.#leavers.delete(left);
    };
  }

  sendAway(): void {
    this.#isSentAway = true;
    for (const tell of [...this.#leavers]) tell("served");
  }
}
