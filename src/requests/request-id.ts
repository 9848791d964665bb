/** Seconds since 1970, in hexadecimal: the digits of a UUID before its first hyphen. */
const TIME_DIGITS = 8;

let latest = { second: Number.NaN, digits: "" };

/**
 * A new request's id: a UUID, version 4 in form, whose first digits are the second at which it is
 * made (a "COMB"; the other 90 bits are random). Ids that are made together stand together in an
 * index, so that to add one changes no page of its own.
 */
export function newRequestId(nowMs: number = Date.now()): string {
  const second = Math.floor(nowMs / 1000);
  if (second !== latest.second) {
    const digits = (second >>> 0).toString(16).padStart(TIME_DIGITS, "0");
    latest = { second, digits };
  }
  return latest.digits + crypto.randomUUID().slice(TIME_DIGITS);
}
