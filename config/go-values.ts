import { z } from "zod";

/** Nanoseconds of Go's units of time. */
const UNIT_NS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  μs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 6e10,
  h: 3.6e12,
};

const PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/gy;

/** What 64 bits of nanoseconds hold, some 292 years. Ollama takes its default for longer ones. */
const LONGEST_NS = 2 ** 63;

/**
 * Whether Ollama reads this as a span of time: a Go duration such as `5m`, `1h30m` or `-1m`, or a
 * whole number of seconds. What it cannot read it replaces by its default, without a word.
 */
function isSpanOfTime(text: string): boolean {
  const bare = text.replace(/^[-+]/, "");
  if (/^\d+$/.test(bare)) return Number(bare) * 1e9 < LONGEST_NS;
  const parts = [...bare.matchAll(PART)];
  const ns = parts.reduce((sum, [, figure, unit = ""]) => {
    return sum + Number(figure) * (UNIT_NS[unit] ?? Number.NaN);
  }, 0);
  const read = parts.map(([part]) => part).join("");
  return parts.length > 0 && read === bare && ns < LONGEST_NS;
}

/** What a variable may say, and the same in words. */
export interface Values {
  schema: z.ZodType<string, string>;
  range: string;
}

/** A span of time, handed on as it is written. */
export const spans: Values = {
  schema: z.string().refine(isSpanOfTime),
  range: "duration such as 5m, 1h30m, 0 or -1; bare numbers are seconds",
};

/**
 * Ollama's switches. It takes every word that it does not know for true, `off` and `no` too: only
 * what it reads as it is meant is let through.
 */
export const switches = matching(/^(1|t|true|yes|on|0|f|false)$/i, "true or false");

/** Whole numbers from 0 on. */
export const counts = matching(/^\d{1,18}$/, "whole number from 0 on");

/** Whole numbers from 1 on. */
export const positives = matching(/^0*[1-9]\d{0,14}$/, "whole number from 1 on");

/** One of these words. */
export function oneOfWords(...words: string[]): Values {
  return matching(new RegExp(`^(${words.join("|")})$`), words.join(", "));
}

function matching(pattern: RegExp, range: string): Values {
  return { schema: z.string().regex(pattern), range };
}
