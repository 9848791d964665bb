import { createHmac } from "node:crypto";
import QuickLRU from "quick-lru";
import type { Exchange } from "../http/exchange.ts";

/** The name of a key that the operator has given none. */
export const KEY_NAME = /^key:[0-9a-f]{16}$/;

const NAME_DIGITS = 16;

/** Of so many keys the names are kept, and of twice as many for a while; a longer key's is made anew. */
const MAX_KEPT = 1000;
const MAX_KEPT_CHARS = 512;

/**
 * What programs and their manuals have in place of a key where a server asks for none. Clients of
 * different people have them, so they name nobody.
 */
const PLACEHOLDERS = new Set([
  "-",
  "anything",
  "api-key",
  "api_key",
  "apikey",
  "changeme",
  "dummy",
  "empty",
  "fake",
  "foo",
  "key",
  "lm-studio",
  "n/a",
  "na",
  "no-key",
  "no-key-required",
  "no_key",
  "nokey",
  "none",
  "not-needed",
  "not-required",
  "null",
  "ollama",
  "placeholder",
  "secret",
  "sk",
  "sk-",
  "sk-...",
  "sk-1234",
  "sk-dummy",
  "sk-fake",
  "sk-no-key-required",
  "test",
  "token",
  "undefined",
  "unused",
  "vllm",
  "your-api-key",
]);

const LONGEST_PLACEHOLDER = Math.max(...[...PLACEHOLDERS].map((text) => text.length));

interface KeyNamesOptions {
  /** Makes the names of this service: whoever sees one cannot try out which key it is of. */
  secret: Uint8Array;
  /** Names that the operator has given, by the keys' own. */
  given?: ReadonlyMap<string, string>;
}

/**
 * Names of tenants by the keys that clients send. Nothing of a key is in its name, and no one has the
 * same name without the key, unless the operator gives it.
 */
export class KeyNames {
  readonly #secret: Uint8Array;
  readonly #made = new QuickLRU<string, string>({ maxSize: MAX_KEPT });
  #given: ReadonlyMap<string, string>;

  constructor({ secret, given = new Map() }: KeyNamesOptions) {
    this.#secret = secret;
    this.#given = given;
  }

  /** The name of the key that a request has; undefined for one that has none. */
  of(request: Pick<Exchange, "header">): string | undefined {
    const key = keyIn(request);
    if (key === undefined) return undefined;
    const name = this.#ownName(key);
    return this.#given.get(name) ?? name;
  }

  /** Gives other names, from the next request on. */
  replace(given: ReadonlyMap<string, string>): void {
    this.#given = given;
  }

  #ownName(key: string): string {
    const kept = this.#made.get(key);
    if (kept !== undefined) return kept;
    const name = keyName(key, this.#secret);
    if (key.length <= MAX_KEPT_CHARS) this.#made.set(key, name);
    return name;
  }
}

/** A key's own name: `key:` and a keyed hash of it. */
export function keyName(key: string, secret: Uint8Array): string {
  const hash = createHmac("sha256", secret).update(key).digest("hex");
  return `key:${hash.slice(0, NAME_DIGITS)}`;
}

/** Whether a text is a key that tells one client from another. */
export function isKey(text: string): boolean {
  if (text === "") return false;
  return text.length > LONGEST_PLACEHOLDER || !PLACEHOLDERS.has(text.toLowerCase());
}

const BEARER = "bearer ";

/** The first header with a key: `Authorization: Bearer`, as Anthropic's clients have it, as Azure's. */
function keyIn(request: Pick<Exchange, "header">): string | undefined {
  const authorization = request.header("authorization");
  if (authorization?.slice(0, BEARER.length).toLowerCase() === BEARER) {
    const key = authorization.slice(BEARER.length).trim();
    if (isKey(key)) return key;
  }
  for (const name of ["x-api-key", "api-key"]) {
    const key = request.header(name);
    if (key !== undefined && isKey(key)) return key;
  }
  return undefined;
}
