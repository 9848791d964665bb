/** Where to fetch a registry's token, and for which scope. */
export type Challenge = { readonly realm: string; readonly query: readonly [string, string][] };

const PARAMETER = /(\w+)="([^"]*)"/g;

/**
 * Reads `WWW-Authenticate: Bearer realm="…",service="…",scope="…"`; `undefined` for other schemes.
 */
export function parseChallenge(header: string | null): Challenge | undefined {
  if (header === null || !/^bearer\s/i.test(header)) return undefined;
  const given = new Map<string, string>();
  for (const [, name = "", value = ""] of header.matchAll(PARAMETER)) {
    given.set(name.toLowerCase(), value);
  }
  const realm = given.get("realm");
  if (realm === undefined) return undefined;
  const scopes = (given.get("scope") ?? "").split(" ").filter((scope) => scope !== "");
  const service = given.get("service");
  return {
    realm,
    query: [
      ...(service === undefined ? [] : [["service", service] satisfies [string, string]]),
      ...scopes.map((scope): [string, string] => ["scope", scope]),
    ],
  };
}
