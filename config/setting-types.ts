import { isIP } from "node:net";
import { z } from "zod";

/** A setting: its variable, its allowed values, and its meaning. */
export interface Setting<T> {
  env: string;
  /** Reads the text of an environment variable or flag. */
  schema: z.ZodType<T, string>;
  /** The value of a setting that is not given; undefined where "not set" is a value. */
  fallback: string | undefined;
  /** The allowed values in words, for help, documentation and error messages. */
  range: string;
  about: string;
}

/** Settings of one subject, by the names that the code uses. */
export type SettingGroup = Record<string, Setting<unknown>>;

/** Bytes of a mebibyte. */
export const MIB = 1_048_576;

type Describe = { env: string; about: string };

/** A whole number within bounds. */
export function int(d: Describe & { fallback: number; min: number; max: number }): Setting<number> {
  const schema = z
    .string()
    .regex(/^[+-]?\d+$/)
    .transform(Number)
    .pipe(z.int().min(d.min).max(d.max));
  return setting(d, schema, String(d.fallback), `${d.min}–${d.max}`);
}

/** A whole number within bounds, or nothing. */
export function optionalInt(
  d: Describe & { min: number; max: number },
): Setting<number | undefined> {
  const inner = int({ ...d, fallback: d.min });
  return setting(d, inner.schema, undefined, inner.range);
}

/** A number of seconds (fractions allowed), read as milliseconds. */
export function seconds(
  d: Describe & { fallback: number; min: number; max: number },
): Setting<number> {
  const schema = z
    .string()
    .regex(/^\d+(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(d.min).max(d.max))
    .transform((s) => Math.round(s * 1000));
  return setting(d, schema, String(d.fallback), `${d.min}–${d.max} s`);
}

/** A number of seconds, read as milliseconds, or nothing. */
export function optionalSeconds(
  d: Describe & { min: number; max: number },
): Setting<number | undefined> {
  const inner = seconds({ ...d, fallback: d.min });
  return setting(d, inner.schema, undefined, inner.range);
}

/** Memory in GB, with or without its unit. */
const GB = /^(\d{1,5}(?:\.\d+)?)\s*(?:gb?|gib)?$/i;

/** An amount of memory, in GB, or nothing. */
export function optionalGb(d: Describe): Setting<number | undefined> {
  const schema = z
    .string()
    .regex(GB)
    .transform((text) => Number(GB.exec(text)?.[1]))
    .pipe(z.number().min(1));
  return setting(d, schema, undefined, "GB, such as 24 or 24GB");
}

/** A number from 0 to 1. */
export function fraction(d: Describe & { fallback: number }): Setting<number> {
  const schema = z
    .string()
    .regex(/^\d(\.\d+)?$/)
    .transform(Number)
    .pipe(z.number().min(0).max(1));
  return setting(d, schema, String(d.fallback), "0–1");
}

/** A switch: true, 1, yes, on – false, 0, no, off. */
export function bool(d: Describe & { fallback: boolean }): Setting<boolean> {
  return setting(d, z.stringbool(), String(d.fallback), "true or false");
}

/** Any text that is not empty, or nothing. */
export function optionalText(d: Describe & { range: string }): Setting<string | undefined> {
  return setting(d, z.string().min(1), undefined, d.range);
}

/** Any text that is not empty. */
export function text(d: Describe & { fallback: string; range: string }): Setting<string> {
  return setting(d, z.string().min(1), d.fallback, d.range);
}

/** A comma-separated list; empty items are dropped. */
export const commaList = z.string().transform((s) =>
  s
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== ""),
);

/** A comma-separated list of IP addresses and CIDR ranges. */
export function addresses(d: Describe): Setting<string[]> {
  const schema = commaList.refine((items) => items.every(isAddressOrRange));
  return setting(d, schema, "", "comma list of addresses or CIDR ranges");
}

function isAddressOrRange(item: string): boolean {
  const [address = "", prefix, ...rest] = item.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128);
}

/** The address of an Ollama, in the form of its own OLLAMA_HOST: host, host:port, :port or URL. */
export function ollamaAddress(d: Describe & { fallback: string }): Setting<string> {
  const schema = z.string().refine((value) => {
    const url = ollamaUrl(value);
    return url !== undefined && isBareOrigin(url);
  });
  return setting(d, schema, d.fallback, "host, host:port or URL without a path");
}

/** An OLLAMA_HOST as a URL; undefined when it is invalid. */
export function ollamaUrl(value: string): URL | undefined {
  const bare = value.trim().replace(/^:(?=\d+$)/, "127.0.0.1:");
  const bracketed = isIP(bare) === 6 ? `[${bare}]` : bare;
  const text = /^https?:\/\//i.test(bracketed) ? bracketed : `http://${bracketed}`;
  return URL.canParse(text) ? new URL(text) : undefined;
}

/**
 * Whether a URL has an origin only. Its other parts would be ignored, and no credentials are sent
 * with calls.
 */
function isBareOrigin({ pathname, username, password, search, hash }: URL): boolean {
  return /^\/*$/.test(pathname) && username + password + search + hash === "";
}

/** One of a few words, compared without case. */
export function oneOf<const T extends string>(
  d: Describe & { fallback: T; values: readonly T[] },
): Setting<T> {
  const schema = z
    .string()
    .transform((s) => s.toLowerCase())
    .pipe(z.enum(d.values as readonly [T, ...T[]]));
  return setting(d, schema, d.fallback, d.values.join(", "));
}

/** An http(s) URL without path, or nothing. */
export function optionalUrl(d: Describe): Setting<string | undefined> {
  const schema = z
    .string()
    .refine((s) => /^https?:\/\//i.test(s) && URL.canParse(s) && isBareOrigin(new URL(s)))
    .transform((s) => s.replace(/\/+$/, ""));
  return setting(d, schema, undefined, "http(s) URL without a path");
}

/** A setting from its parts. */
export function setting<T>(
  d: Describe,
  schema: z.ZodType<T, string>,
  fallback: string | undefined,
  range: string,
): Setting<T> {
  return { env: d.env, about: d.about, schema, fallback, range };
}
