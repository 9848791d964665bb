import type { Caller } from "../../runtime/caller.ts";
import { Turnstile } from "../../runtime/turnstile.ts";
import type { RequestStore } from "./request-store.ts";

type Store = Pick<RequestStore, "all" | "figures" | "one" | "rows" | "usage">;

/**
 * Reads records of requests for clients, one thing at a time, tenants in turn: what is written waits
 * for one of them at most, and who asks for much does not keep others waiting. Who has left does not
 * wait any more. All methods throw as the store's.
 */
export class RecordReader {
  readonly #store: Store;
  readonly #turns = new Turnstile({ atOnce: 1 });

  constructor(store: Store) {
    this.#store = store;
  }

  /** As RequestStore.figures. */
  figures(query: Parameters<Store["figures"]>[0], caller: Caller): ReturnType<Store["figures"]> {
    return this.#turns.run(caller, () => this.#store.figures(query));
  }

  /** As RequestStore.rows. */
  rows(query: Parameters<Store["rows"]>[0], caller: Caller): ReturnType<Store["rows"]> {
    return this.#turns.run(caller, () => this.#store.rows(query));
  }

  /** As RequestStore.one. */
  one(id: string, caller: Caller): ReturnType<Store["one"]> {
    return this.#turns.run(caller, () => this.#store.one(id));
  }

  /** As RequestStore.usage. */
  usage(query: Parameters<Store["usage"]>[0], caller: Caller): ReturnType<Store["usage"]> {
    return this.#inTurn(this.#store.usage(query), caller);
  }

  /** As RequestStore.all. */
  all(filter: Parameters<Store["all"]>[0], caller: Caller): ReturnType<Store["all"]> {
    return this.#inTurn(this.#store.all(filter), caller);
  }

  /** Pages, for each of which there is a turn. */
  async *#inTurn<T>(pages: AsyncGenerator<T>, caller: Caller): AsyncGenerator<T> {
    try {
      for (;;) {
        const { done, value } = await this.#turns.run(caller, () => pages.next());
        if (done) return;
        yield value;
      }
    } finally {
      await pages.return(undefined);
    }
  }
}
