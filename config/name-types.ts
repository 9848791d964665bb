import { isIP } from "node:net";
import { z } from "zod";
import { commaList, setting, type Setting } from "./setting-types.ts";

type Describe = { env: string; about: string };

/** Ollama's longest name has a host of 350 characters and three parts of 80. */
const MODEL_NAME = /^(?=.{1,512}$)\w[\w.:/-]*$/;
const MODEL_PATTERN = /^(?=.{1,512}$)[\w*][\w.:/*-]*$/;

export const modelNameSchema = z.string().regex(MODEL_NAME, "expected a model's name");

/** Whether a text is a model's name, or one with `*` for any text. */
export function isModelPattern(text: string): boolean {
  return MODEL_PATTERN.test(text);
}

/** A model's name, or nothing. */
export function optionalModel(d: Describe): Setting<string | undefined> {
  return setting(d, modelNameSchema, undefined, "model name");
}

/** A comma-separated list of models' names, or nothing; `none` is a list of none. */
export function optionalModels(d: Describe): Setting<string[] | undefined> {
  const schema = commaList
    .transform((items) => (items.join().toLowerCase() === "none" ? [] : items))
    .pipe(z.array(modelNameSchema));
  return setting(d, schema, undefined, "comma list of model names, or none");
}

/** Models with whole gigabytes, or nothing. Behind the last colon: a name may have one of its own. */
export function modelGbs(d: Describe): Setting<Record<string, number> | undefined> {
  const schema = commaList
    .transform((items) => items.map((item) => item.split(/[:=](?=[^:=]*$)/)))
    .pipe(z.array(z.tuple([modelNameSchema, z.string().regex(/^\d{1,5}$/)])))
    .transform((pairs) => Object.fromEntries(pairs.map(([name, gb]) => [name, Number(gb)])));
  return setting(d, schema, undefined, "comma list such as qwen3:14b:8,all-minilm:1");
}

/** A comma-separated list of model names, at least one. */
export function modelPatterns(d: Describe & { fallback: string }): Setting<string[]> {
  const schema = commaList.refine((items) => items.length > 0 && items.every(isModelPattern));
  return setting(d, schema, d.fallback, "comma list of names, * as wildcard");
}

/** The name of a host or its address; an IPv6 one with or without its brackets. */
export function host(d: Describe & { fallback: string }): Setting<string> {
  const schema = z.string().transform(withoutBrackets).refine(isHost);
  return setting(d, schema, d.fallback, "host name or address");
}

/** A comma-separated list of hosts, as they stand in a Host header before the port. */
export function hostPatterns(d: Describe): Setting<string[]> {
  const schema = commaList
    .transform((items) => items.map(withoutBrackets))
    .refine((items) => items.every((item) => isHost(item.replaceAll("*", "a"))));
  return setting(d, schema, "", "comma list of host names without port, * as wildcard");
}

/**
 * A comma-separated list of web origins. Ollama, which inherits the variable, does not start with
 * more than one `*` in an item, or with one that has neither a `*` nor a scheme.
 */
export function originPatterns(d: Describe): Setting<string[]> {
  const schema = commaList.refine((items) => items.every(isOriginPattern));
  return setting(d, schema, "", "comma list of origins such as https://app.example, * as wildcard");
}

/** Headers whose values would stand in logs, and that of a project itself. */
const NO_NAMES = new Set([
  "api-key",
  "authorization",
  "cookie",
  "proxy-authorization",
  "x-api-key",
  "x-project-name",
]);

/** A comma-separated list of names of headers, in lower case. */
export function headerNames(d: Describe): Setting<string[]> {
  const schema = commaList
    .transform((items) => items.map((item) => item.toLowerCase()))
    .refine((items) => items.every((item) => /^[\w-]{1,64}$/.test(item) && !NO_NAMES.has(item)));
  return setting(d, schema, "", "comma list of headers, but for those with keys and cookies");
}

function isOriginPattern(item: string): boolean {
  const stars = item.split("*").length - 1;
  if (stars > 0) return stars === 1 && !/\s/.test(item);
  // A browser sends no path with its origin, not even a slash.
  return /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@]+$/i.test(item);
}

function isHost(text: string): boolean {
  if (isIP(text) !== 0) return true;
  return /^\w([\w.-]*[\w.])?$/.test(text) && URL.canParse(`http://${text}`);
}

function withoutBrackets(text: string): string {
  return /^\[(.*)\]$/.exec(text)?.[1] ?? text;
}
