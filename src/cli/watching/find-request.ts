import { answered } from "../api.ts";
import { NotFound, WrongUse } from "../cli-error.ts";
import type { Cli } from "../cli.ts";

/** As many as one page of the route has. */
const LOOKED_AT = 200;
const FULL_LENGTH = 36;
const SHORTEST = 4;

/**
 * A request's whole id from its beginning, as the list shows it, among the latest ones.
 * @throws NotFound where none begins so; WrongUse where several do.
 */
export async function wholeId(cli: Cli, begin: string): Promise<string> {
  if (begin.length >= FULL_LENGTH) return begin;
  if (begin.length < SHORTEST) {
    throw new WrongUse(`${begin}: give at least ${SHORTEST} characters of a request's id`);
  }
  const params = { query: { limit: LOOKED_AT } };
  const { running, requests } = await answered(cli.api.GET("/api/v1/requests", { params }));
  const ids = [...running, ...requests].map(({ request_id: id }) => id);
  const [first, ...others] = ids.filter((id) => id.startsWith(begin));
  if (first === undefined) {
    throw new NotFound(
      `None of the last ${LOOKED_AT} requests begins with ${begin}. See: shared-ollama requests list`,
    );
  }
  if (others.length > 0) throw new WrongUse(`Several begin with ${begin}: ${first}, ${others[0]}`);
  return first;
}
