import { type LookupAddress, lookup } from "node:dns";
import { type IncomingMessage, request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";
import { type LookupFunction, isIP } from "node:net";
import { Readable } from "node:stream";
import { hostOf } from "./proxies.ts";
import { OutOfReachError, type Reach } from "./reach.ts";

/** What is asked besides the address. */
export type WebRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  /** Take any certificate, as for a registry with a self-signed one. */
  readonly unverified: boolean;
  /** Which addresses it may be sent to. */
  readonly reach: Reach;
};

/** Answers that have no body, by the rules of HTTP. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * Asks over a connection of its own, so that every address connected to has been judged for this
 * request: one kept open would have been for another. Of a name's addresses it takes those within
 * reach, however often the name is looked up. Node and Bun do the same here, and neither follows
 * redirects or looks at proxies.
 * @throws {OutOfReachError} when there is no address within reach.
 */
export async function requestDirectly(
  url: URL,
  { headers, signal, unverified, reach }: WebRequest,
): Promise<Response> {
  const host = hostOf(url);
  if (isIP(host) > 0 && !reach.allows(host)) throw new OutOfReachError(host);
  const options = {
    headers,
    signal,
    agent: false,
    rejectUnauthorized: !unverified,
    lookup: lookupWithin(reach),
  };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const start = url.protocol === "https:" ? requestTls : requestPlain;
    const request = start(url, options, resolve);
    request.on("error", reject);
    request.end();
  });
  return toResponse(answer);
}

function lookupWithin(reach: Reach): LookupFunction {
  return (host, options, done) => {
    const all = { ...options, all: true } as const;
    lookup(host, all, (err, found: LookupAddress[]) => {
      if (err) return done(err, "", 0);
      const within = found.filter(({ address }) => reach.allows(address));
      const [first] = within;
      if (!first) return done(new OutOfReachError(host), "", 0);
      if (options.all === true) done(null, within);
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
