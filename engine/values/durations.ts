const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  μs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};

/** 64 bits of nanoseconds, some 292 years. */
export const LONGEST_MS = 2 ** 63 / 1e6;

/** A text that is no Go duration; the message is the one Go's `time.ParseDuration` gives. */
export class DurationError extends Error {}

/**
 * Milliseconds of a Go duration such as `1h30m`, `-1m` or `1.5s`.
 * @throws {DurationError} with Go's text.
 */
export function parseGoDuration(text: string): number {
  const quoted = JSON.stringify(text);
  const negative = text.startsWith("-");
  let rest = text.replace(/^[-+]/, "");
  if (rest === "0") return 0;
  if (rest === "") throw new DurationError(`time: invalid duration ${quoted}`);
  let totalMs = 0;
  while (rest !== "") {
    const figure = /^(\d+\.?\d*|\.\d+)/.exec(rest)?.[0];
    if (figure === undefined) throw new DurationError(`time: invalid duration ${quoted}`);
    rest = rest.slice(figure.length);
    const unit = /^[^.\d]+/.exec(rest)?.[0];
    if (unit === undefined) throw new DurationError(`time: missing unit in duration ${quoted}`);
    const unitMs = UNIT_MS[unit];
    if (unitMs === undefined) {
      throw new DurationError(`time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`);
    }
    rest = rest.slice(unit.length);
    totalMs += Number(figure) * unitMs;
    if (totalMs > LONGEST_MS) throw new DurationError(`time: invalid duration ${quoted}`);
  }
  return negative ? -totalMs : totalMs;
}
