import { type LookupAddress, lookup } from "node:dns";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { type LookupFunction, isIP } from "node:net";
import { Readable } from "node:stream";
import { type AddressPolicy, ForbiddenAddressError } from "./address-policy.ts";
import { hostOf } from "./proxies.ts";

/** A request but for its URL. */
export type WebRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Take any certificate, as for a registry with a self-signed one. */
  readonly unverified: boolean;
  /** The addresses it may be sent to. */
  readonly policy: AddressPolicy;
};

/** Statuses whose answers have no body, by the rules of HTTP. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * Sends a GET over a connection of its own, so that every address connected to has been checked for
 * this request: a pooled connection was checked for another one. Of a name's addresses it takes
 * those that the policy allows, however often the name is looked up. Node and Bun behave the same
 * here: neither follows redirects or uses proxies.
 * @throws {ForbiddenAddressError} when the policy allows no address.
 */
export async function requestDirectly(
  url: URL,
  { headers, signal, unverified, policy }: WebRequest,
): Promise<Response> {
  const host = hostOf(url);
  if (isIP(host) > 0 && !policy.allows(host)) throw new ForbiddenAddressError(host);
  const options = {
    headers,
    signal,
    agent: false,
    rejectUnauthorized: !unverified,
    lookup: lookupAllowed(policy),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const start = url.protocol === "https:" ? requestTls : requestPlain;
    const request = start(url, options, resolve);
    request.on("error", reject);
    request.end();
  });
  return toResponse(answer);
}

function lookupAllowed(policy: AddressPolicy): LookupFunction {
  return (host, options, done) => {
    const all = { ...options, all: true } as const;
    lookup(host, all, (err, found: LookupAddress[]) => {
      if (err) return done(err, "", 0);
      const allowed = found.filter(({ address }) => policy.allows(address));
      const [first] = allowed;
      if (!first) return done(new ForbiddenAddressError(host), "", 0);
      if (options.all === true) done(null, allowed);
      else done(null, first.address, first.family);
    });
  };
}

function toResponse(answer: IncomingMessage): Response {
  const status = answer.statusCode ?? 0;
  const headers = new Headers();
  for (let at = 0; at + 1 < answer.rawHeaders.length; at += 2) {
    headers.append(answer.rawHeaders[at] ?? "", answer.rawHeaders[at + 1] ?? "");
  }
  if (!WITHOUT_BODY.has(status)) {
    const body = Readable.toWeb(answer) as unknown as ReadableStream<Uint8Array>;
    return new Response(body, { status, headers });
  }
  answer.resume();
  return new Response(null, { status, headers });
}
