import { type AddressKind, addressKind } from "./address-kind.ts";

/**
 * Which addresses one request may be sent to, asked for each address its host name stands for at
 * the moment of connecting.
 */
export class Reach {
  readonly #allowed: readonly AddressKind[] | undefined;
  #kind: AddressKind | undefined;

  private constructor(allowed: readonly AddressKind[] | undefined) {
    this.#allowed = allowed;
  }

  /** Of the registry that the client has named: wherever that is. */
  static anywhere(): Reach {
    return new Reach(undefined);
  }

  /**
   * Of what a server has sent the request on to: the internet, and addresses of its own kind. A
   * registry in a company's network keeps its blobs there too; one in the internet has no business
   * with what only this machine or its network sees.
   */
  static from({ kind }: Pick<Reach, "kind">): Reach {
    return new Reach(kind === "public" ? ["public"] : ["public", kind]);
  }

  /** What was connected to; `public` where a proxy did it, which sees another network. */
  get kind(): AddressKind {
    return this.#kind ?? "public";
  }

  /** Whether to connect to this address; of several only those of the first one's kind are. */
  allows(address: string): boolean {
    const kind = addressKind(address);
    if (this.#allowed && !this.#allowed.includes(kind)) return false;
    this.#kind ??= kind;
    return this.#kind === kind;
  }
}

/** A request would have been sent to an address that it must not reach. */
export class OutOfReachError extends Error {
  constructor(host: string) {
    super(`${host} is an address of this machine or its network, which a registry may not send to`);
  }
}
