import { STATUS_CODES } from "node:http";
import { AddressPolicy, ForbiddenAddressError } from "./address-policy.ts";
import { parseChallenge } from "./challenge.ts";
import type { WebRequest } from "./direct-request.ts";
import { RegistryError, UnreachableError, reasonOf } from "./errors.ts";
import { readText } from "./read-text.ts";
import type { Web } from "./web.ts";

const MAX_REDIRECTS = 10;
const MAX_TOKEN_BYTES = 1 << 20;
const SHOWN_LOCATION_CHARS = 200;
const MAX_WAIT_MS = 60_000;
/** Registries read the protocol's version from this name: newer models need newer versions. */
const USER_AGENT = `ollama/0.13.5 (${process.arch} ${process.platform})`;

export type RegistryAddress = {
  /** Host and port. */
  readonly host: string;
  /** The scheme of the model's name; https where it has none. */
  readonly scheme: "http" | "https" | undefined;
  /** Accept http, and certificates that no authority has signed. */
  readonly insecure: boolean;
};

type Get = { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal };

/** An answer, and the address policy under which it was fetched. */
type Reached = { readonly answer: Response; readonly from: AddressPolicy };

/**
 * Sends requests to one registry: chooses the scheme, fetches tokens, follows redirects. The
 * registry may be anywhere, but keeps the kind of its first address. Redirects must not lead closer
 * to this machine.
 */
export class RegistryClient {
  readonly #address: RegistryAddress;
  readonly #web: Web;
  #scheme: "http" | "https" | undefined;
  #token: string | undefined;
  /** The kind of address that the registry has answered from. */
  #home: AddressPolicy | undefined;

  constructor({ address, web }: { address: RegistryAddress; web: Web }) {
    this.#address = address;
    this.#web = web;
    this.#scheme = address.scheme ?? (address.insecure ? undefined : "https");
  }

  /**
   * A successful answer to `path`.
   * @throws {RegistryError} with the sentence to show.
   */
  async get(path: string, { headers = {}, signal }: Get): Promise<Response> {
    const answer = await this.#authorized(path, headers, signal);
    if (answer.status >= 200 && answer.status < 300) return answer;
    await answer.body?.cancel();
    throw httpError(answer);
  }

  async #authorized(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const { answer: first, from } = await this.#request(path, headers, signal);
    if (first.status !== 401) return first;
    await first.body?.cancel();
    this.#token = await this.#fetchToken(first.headers.get("www-authenticate"), from, signal);
    const { answer: second } = await this.#request(path, headers, signal);
    if (second.status !== 401) return second;
    await second.body?.cancel();
    throw new RegistryError("unauthorized: access denied");
  }

  async #request(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Reached> {
    const send = (scheme: "http" | "https") =>
      this.#follow(this.#url(scheme, path), headers, this.#towardsRegistry(), signal);
    if (this.#scheme) return send(this.#scheme);
    // An insecure registry has a self-signed certificate, or no TLS.
    try {
      const reached = await send("https");
      this.#scheme = "https";
      return reached;
    } catch (err) {
      if (!(err instanceof UnreachableError)) throw err;
      const reached = await send("http");
      this.#scheme = "http";
      return reached;
    }
  }

  #url(scheme: string, path: string): URL {
    return new URL(`${scheme}://${this.#address.host}${path}`);
  }

  /**
   * The policy for the registry itself: its name must not resolve to another kind of address during
   * a pull.
   */
  #towardsRegistry(): AddressPolicy {
    return this.#home ? AddressPolicy.from(this.#home) : AddressPolicy.anywhere();
  }

  async #follow(
    start: URL,
    headers: Readonly<Record<string, string>>,
    towards: AddressPolicy,
    signal: AbortSignal,
  ): Promise<Reached> {
    let url = start;
    let policy = towards;
    for (let left = MAX_REDIRECTS; left >= 0; left -= 1) {
      const token = url.origin === start.origin ? this.#token : undefined;
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const request = { headers: { ...headers, ...authorization }, policy, signal };
      const answer = await this.#fetch(url, request);
      if (url.host === this.#address.host) this.#home ??= policy;
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || location === null) {
        return { answer, from: policy };
      }
      await answer.body?.cancel();
      url = this.#checkedTarget(location, url);
      policy = AddressPolicy.from(policy);
    }
    throw new RegistryError(`more than ${MAX_REDIRECTS} redirects from ${start.href}`);
  }

  #checkedTarget(location: string, from: URL): URL {
    const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const web = target?.protocol === "https:" || target?.protocol === "http:";
    const safe = target?.protocol === "https:" || from.protocol === "http:";
    if (target && web && (safe || this.#address.insecure)) return target;
    const shown = location.slice(0, SHOWN_LOCATION_CHARS);
    throw new RegistryError(`${from.host} redirects to ${shown}, which is not followed`);
  }

  async #fetch(
    url: URL,
    { headers, policy, signal }: Pick<WebRequest, "headers" | "policy" | "signal">,
  ): Promise<Response> {
    // Ranges count the bytes of the blob, not those of a compressed answer.
    const always = { "user-agent": USER_AGENT, "accept-encoding": "identity" };
    const unverified = this.#address.insecure;
    try {
      const whole = { ...headers, ...always };
      return await this.#web(url, { headers: whole, signal, unverified, policy });
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof ForbiddenAddressError) throw new RegistryError(cause.message, { cause });
      const text = `${url.origin} cannot be reached: ${reasonOf(cause)}`;
      throw new UnreachableError(text, { retryable: true, cause });
    }
  }

  async #fetchToken(
    header: string | null,
    from: AddressPolicy,
    signal: AbortSignal,
  ): Promise<string> {
    const challenge = parseChallenge(header);
    if (!challenge) throw new RegistryError("unauthorized: access denied");
    const realm = this.#checkedTarget(challenge.realm, this.#url(this.#scheme ?? "https", "/"));
    for (const [name, value] of challenge.query) realm.searchParams.append(name, value);
    this.#token = undefined;
    const { answer } = await this.#follow(realm, {}, AddressPolicy.from(from), signal);
    if (answer.status !== 200) {
      await answer.body?.cancel();
      throw httpError(answer);
    }
    return tokenIn(await readText(answer, MAX_TOKEN_BYTES));
  }
}

function tokenIn(text: string): string {
  try {
    const { token, access_token } = JSON.parse(text) as Record<string, unknown>;
    const found = token ?? access_token;
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // Falls through to the error below.
  }
  throw new RegistryError("the registry's token service gave no token");
}

/** Messages for a status; Ollama's registry sends 412 where a model needs a newer Ollama. */
const EXPLAINED: Readonly<Record<number, string>> = {
  404: "file does not exist",
  412: "412: the model requires a newer version of Ollama",
};

/** The error for an unsuccessful answer. It never quotes text of the registry. */
function httpError({ status, headers }: Response): RegistryError {
  const retryable = status >= 500 || status === 408 || status === 429;
  const seconds = Number(headers.get("retry-after") ?? 0);
  const waitMs = Math.min(Number.isFinite(seconds) ? seconds * 1_000 : 0, MAX_WAIT_MS);
  const text = EXPLAINED[status] ?? `${status}: ${STATUS_CODES[status] ?? "no known status"}`;
  return new RegistryError(text, { retryable, waitMs, status });
}
