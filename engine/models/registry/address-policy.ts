import { type AddressKind, addressKind } from "./address-kind.ts";

/**
 * The addresses that one request may be sent to. It is checked at the moment of connecting, for
 * each address that the host name resolves to.
 */
export class AddressPolicy {
  readonly #allowed: readonly AddressKind[] | undefined;
  #kind: AddressKind | undefined;

  private constructor(allowed: readonly AddressKind[] | undefined) {
    this.#allowed = allowed;
  }

  /** For the registry that the client has named, wherever it is. */
  static anywhere(): AddressPolicy {
    return new AddressPolicy(undefined);
  }

  /**
   * For a redirect: the internet, and addresses of the same kind as the redirecting server's. A
   * registry in a company's network keeps its blobs there too. A registry in the internet must not
   * lead into this machine or its network.
   */
  static from({ kind }: Pick<AddressPolicy, "kind">): AddressPolicy {
    return new AddressPolicy(kind === "public" ? ["public"] : ["public", kind]);
  }

  /** The kind that was connected to; `public` behind a proxy, which sees another network. */
  get kind(): AddressKind {
    return this.#kind ?? "public";
  }

  /** Whether to connect to this address. All addresses of a request are of the first one's kind. */
  allows(address: string): boolean {
    const kind = addressKind(address);
    if (this.#allowed && !this.#allowed.includes(kind)) return false;
    this.#kind ??= kind;
    return this.#kind === kind;
  }
}

/** A request would have been sent to an address that its policy forbids. */
export class ForbiddenAddressError extends Error {
  constructor(host: string) {
    super(`${host} is an address of this machine or its network, which a registry may not send to`);
  }
}
