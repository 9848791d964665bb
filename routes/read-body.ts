import type { AppContext } from "../middleware/env.ts";
import { tooLarge, type BodyLimit } from "../src/http/body-limit.ts";
import { lengthOf, SMALL_BODY_BYTES } from "../src/http/body-pieces.ts";
import { declaredBytes } from "../src/http/exchange.ts";

/**
 * Reads a body within its limit, a large one once there is memory for it. That is the record's,
 * which gives it back when the body was sent on or the request has ended.
 * @returns its pieces, as BodyPieces gives them.
 * @throws ServiceError as Exchange.readBody; ClientLeft.
 */
export async function readBody(c: AppContext, limit: BodyLimit): Promise<Uint8Array[]> {
  const pieces = await readPieces(c, limit);
  c.get("record").bytesIn = lengthOf(pieces);
  return pieces;
}

async function readPieces(c: AppContext, limit: BodyLimit): Promise<Uint8Array[]> {
  const exchange = c.get("exchange");
  const bytes = declaredBytes(exchange);
  if (bytes !== undefined) {
    if (bytes > limit.maxBytes) throw tooLarge(limit, bytes);
    if (bytes <= SMALL_BODY_BYTES) return exchange.readBody(limit);
  }
  const record = c.get("record");
  const { tenant } = record;
  const { signal } = exchange;
  const hold = await c.get("bodies").take({ tenant, bytes, signal });
  record.holdBody(hold);
  return exchange.readBody(limit, hold);
}
