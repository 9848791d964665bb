import type { Result, Router } from "hono/router";
import { RegExpRouter } from "hono/router/reg-exp-router";
import { TrieRouter } from "hono/router/trie-router";

/**
 * Routes the paths below one prefix apart from all others. A model's name may hold slashes, and
 * patterns that take those are beyond Hono's fast router: with one router for all, each request
 * that is passed through would pay for them.
 */
export class SplitRouter<T> implements Router<T> {
  readonly name = "SplitRouter";
  readonly #prefix: string;
  readonly #below = new TrieRouter<T>();
  readonly #others = new RegExpRouter<T>();

  /** @param prefix the beginning of a path, without a slash at its end. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  add(method: string, path: string, handler: T): void {
    this.#below.add(method, path, handler);
    if (!this.#isBelow(path)) this.#others.add(method, path, handler);
  }

  match(method: string, path: string): Result<T> {
    return (this.#isBelow(path) ? this.#below : this.#others).match(method, path);
  }

  #isBelow(path: string): boolean {
    const prefix = this.#prefix;
    return (
      path.startsWith(prefix) && (path.length === prefix.length || path[prefix.length] === "/")
    );
  }
}
