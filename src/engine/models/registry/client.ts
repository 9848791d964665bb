import { parseChallenge } from "./challenge.ts";
import { RegistryError, UnreachableError, reasonOf } from "./errors.ts";
import { readText } from "./read-text.ts";
import type { Web } from "./web.ts";

const MAX_REDIRECTS = 10;
const MAX_TOKEN_BYTES = 1 << 20;
const MAX_COMPLAINT_BYTES = 1 << 16;
const SHOWN_COMPLAINT_CHARS = 500;
const MAX_WAIT_MS = 60_000;
/** Registries read the protocol's version from this name: newer models ask for newer versions. */
const USER_AGENT = `ollama/0.13.5 (${process.arch} ${process.platform})`;

export type RegistryAddress = {
  /** Host and port. */
  readonly host: string;
  /** The scheme a name was given with; without one https is taken. */
  readonly scheme: "http" | "https" | undefined;
  /** Take http, and certificates that nobody vouches for. */
  readonly insecure: boolean;
};

type Get = { readonly headers?: Readonly<Record<string, string>>; readonly signal: AbortSignal };

/** Requests to one registry: finds the way to it, fetches tokens, follows redirects. */
export class RegistryClient {
  readonly #address: RegistryAddress;
  readonly #web: Web;
  #scheme: "http" | "https" | undefined;
  #token: string | undefined;

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
    throw await complaint(answer);
  }

  async #authorized(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const first = await this.#request(path, headers, signal);
    if (first.status !== 401) return first;
    await first.body?.cancel();
    this.#token = await this.#fetchToken(first.headers.get("www-authenticate"), signal);
    const second = await this.#request(path, headers, signal);
    if (second.status !== 401) return second;
    await second.body?.cancel();
    throw new RegistryError("unauthorized: access denied");
  }

  async #request(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    if (this.#scheme) return this.#follow(this.#url(this.#scheme, path), headers, signal);
    // An insecure registry may be one with a certificate of its own or one without TLS.
    try {
      const answer = await this.#follow(this.#url("https", path), headers, signal);
      this.#scheme = "https";
      return answer;
    } catch (err) {
      if (!(err instanceof UnreachableError)) throw err;
      const answer = await this.#follow(this.#url("http", path), headers, signal);
      this.#scheme = "http";
      return answer;
    }
  }

  #url(scheme: string, path: string): URL {
    return new URL(`${scheme}://${this.#address.host}${path}`);
  }

  async #follow(
    start: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    let url = start;
    for (let left = MAX_REDIRECTS; left >= 0; left -= 1) {
      const token = url.origin === start.origin ? this.#token : undefined;
      const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const answer = await this.#fetch(url, { ...headers, ...authorization }, signal);
      const location = answer.headers.get("location");
      if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
      await answer.body?.cancel();
      url = this.#checkedTarget(location, url);
    }
    throw new RegistryError(`more than ${MAX_REDIRECTS} redirects from ${start.href}`);
  }

  #checkedTarget(location: string, from: URL): URL {
    const target = URL.canParse(location, from.href) ? new URL(location, from) : undefined;
    const web = target?.protocol === "https:" || target?.protocol === "http:";
    const safe = target?.protocol === "https:" || from.protocol === "http:";
    if (target && web && (safe || this.#address.insecure)) return target;
    throw new RegistryError(`${from.host} redirects to ${location}, which is not followed`);
  }

  async #fetch(
    url: URL,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    // Ranges count in the bytes of the blob, not in those of a compressed answer.
    const always = { "user-agent": USER_AGENT, "accept-encoding": "identity" };
    const unverified = this.#address.insecure;
    try {
      return await this.#web(url, { headers: { ...headers, ...always }, signal, unverified });
    } catch (cause) {
      signal.throwIfAborted();
      const text = `${url.origin} cannot be reached: ${reasonOf(cause)}`;
      throw new UnreachableError(text, { passing: true, cause });
    }
  }

  async #fetchToken(header: string | null, signal: AbortSignal): Promise<string> {
    const challenge = parseChallenge(header);
    if (!challenge) throw new RegistryError("unauthorized: access denied");
    const realm = this.#checkedTarget(challenge.realm, this.#url(this.#scheme ?? "https", "/"));
    for (const [name, value] of challenge.query) realm.searchParams.append(name, value);
    this.#token = undefined;
    const answer = await this.#follow(realm, {}, signal);
    if (answer.status !== 200) throw await complaint(answer);
    return tokenIn(await readText(answer, MAX_TOKEN_BYTES));
  }
}

function tokenIn(text: string): string {
  try {
    const { token, access_token } = JSON.parse(text) as Record<string, unknown>;
    const found = token ?? access_token;
    if (typeof found === "string" && /^[\x21-\x7e]+$/.test(found)) return found;
  } catch {
    // Told below: no token is no token.
  }
  throw new RegistryError("the registry's token service gave no token");
}

/** What a registry says when it does not give what it was asked for. */
async function complaint(answer: Response): Promise<RegistryError> {
  const { status } = answer;
  if (status === 404) {
    await answer.body?.cancel();
    return new RegistryError("file does not exist", { status });
  }
  const said = await readText(answer, MAX_COMPLAINT_BYTES).catch(() => "");
  const passing = status >= 500 || status === 408 || status === 429;
  const seconds = Number(answer.headers.get("retry-after") ?? 0);
  const waitMs = Math.min(Number.isFinite(seconds) ? seconds * 1_000 : 0, MAX_WAIT_MS);
  const text = `${status}: ${said.trim().slice(0, SHOWN_COMPLAINT_CHARS)}`;
  return new RegistryError(text, { passing, waitMs, status });
}
