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

/**
 * The longest duration in 64 bits of nanoseconds, some 292 years. Ollama takes its default for
 * longer ones.
 */
const LONGEST_NS = 2 ** 63;

/**
 * What Ollama reads as a duration, in milliseconds: a Go duration such as `5m`, `1h30m` or `-1m`, or
 * a whole number of seconds. Undefined for anything else, which it silently replaces by its default.
 */
export function spanMs(text: string): number | undefined {
  const bare = text.replace(/^[-+]/, "");
  const sign = text.startsWith("-") ? -1 : 1;
  if (/^\d+$/.test(bare)) return within(sign * Number(bare) * 1e9);
  const parts = [...bare.matchAll(PART)];
  const ns = parts.reduce((sum, [, figure, unit = ""]) => {
    return sum + Number(figure) * (UNIT_NS[unit] ?? Number.NaN);
  }, 0);
  const read = parts.map(([part]) => part).join("");
  return parts.length > 0 && read === bare ? within(sign * ns) : undefined;
}

function within(ns: number): number | undefined {
  return Math.abs(ns) < LONGEST_NS ? ns / 1e6 : undefined;
}

/** The allowed values of a variable, and their description. */
export interface Values {
  schema: z.ZodType<string, string>;
  range: string;
}

/** A duration, passed on as it is written. */
export const spans: Values = {
  schema: z.string().refine((text) => spanMs(text) !== undefined),
  range: "duration such as 5m, 1h30m, 0 or -1; bare numbers are seconds",
};

/**
 * Ollama's switches. Ollama takes every unknown word for true, even `off` and `no`. So only words
 * are allowed that it reads as they are meant.
 */
export const switches = matching(/^(1|t|true|yes|on|0|f|false)$/i, "true or false");

/** Whole numbers from 0 on. */
export const counts = matching(/^\d{1,18}$/, "whole number from 0 on");

/** Whole numbers. */
export const wholes = matching(/^-?\d{1,9}$/, "whole number");

/** Whole numbers from 1 on. */
export const positives = matching(/^0*[1-9]\d{0,14}$/, "whole number from 1 on");

/** One of these words. */
export function oneOfWords(...words: string[]): Values {
  return matching(new RegExp(`^(${words.join("|")})$`), words.join(", "));
}

/** Any text. */
export function anyText(range: string): Values {
  return { schema: z.string(), range };
}

/** What fits a pattern. */
export function matching(pattern: RegExp, range: string): Values {
  return { schema: z.string().regex(pattern), range };
}
