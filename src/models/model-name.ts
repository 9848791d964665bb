import { ServiceError } from "../errors/service-error.ts";
import { flat, TEXT_LIMITS } from "../runtime/text-limits.ts";

/** @throws ServiceError `invalid_request` for a name that is longer than any can be. */
export function assertModelLength(name: string): void {
  if (name.length <= TEXT_LIMITS.modelName) return;
  const message = `A model's name has at most ${TEXT_LIMITS.modelName} characters`;
  throw new ServiceError("invalid_request", message, { param: "model" });
}

/** @throws ServiceError `invalid_request` for what no server could know a model by. */
export function assertModelName(name: string): void {
  assertModelLength(name);
  if (MODEL_NAME.test(name)) return;
  const message =
    `'${name}' is no model's name: that is [host/][namespace/]model[:tag], ` +
    "of letters, digits and . _ -";
  throw new ServiceError("invalid_request", message, { param: "model" });
}

// The parts as Ollama takes them, a host with its port.
const HOST = String.raw`(?:\w[\w.:-]{0,349}\/)`;
const NAMESPACE = String.raw`(?:\w[\w-]{0,79}\/)`;
const PART = String.raw`\w[\w.-]{0,79}`;
const SCHEME = String.raw`(?:[a-z][a-z\d+.-]*:\/\/)`;
// From 0.18 it tells where the model runs, and is no part of the tag that it may stand behind.
const SOURCE = "(?::cloud|:local)";
const MODEL_NAME = new RegExp(
  `^(?:(?:${SCHEME}?${HOST})?${NAMESPACE})?${PART}(?::${PART})?${SOURCE}?$`,
  "i",
);

/**
 * A model's name as the scheduler compares it: lower case, with its tag, without Ollama's own
 * registry and `library/`. Empty for anything that is not a name, or too long for one.
 */
export function canonicalModel(name: unknown): string {
  if (typeof name !== "string" || name === "" || name.length > TEXT_LIMITS.modelName) return "";
  const known = canonicalNames.get(name);
  if (known !== undefined) return known;
  const canonical = canonicalise(name);
  if (canonicalNames.size >= MAX_REMEMBERED) canonicalNames.clear();
  canonicalNames.set(flat(name), flat(canonical));
  return canonical;
}

// The same few names come with every request. Both texts are at most 512 characters: 1 MB in all.
const MAX_REMEMBERED = 500;
const canonicalNames = new Map<string, string>();

function canonicalise(name: string): string {
  const short = shortened(name);
  const lastPart = short.slice(short.lastIndexOf("/") + 1);
  return lastPart.includes(":") ? short : `${short}:latest`;
}

/** What Go takes for white space: what JavaScript does, and a "next line". */
export const GO_SPACE = /[\s\u0085]/g;

/**
 * Lower case, without white space around it, a scheme, Ollama's own registry and `library/`. Ollama
 * takes whatever stands before `://` for a scheme.
 */
function shortened(name: string): string {
  return name
    .replaceAll(/^[\s\u0085]+|[\s\u0085]+$/g, "")
    .toLowerCase()
    .replace(/^[^]*:\/\//, "")
    .replace(/^registry\.ollama\.ai\//, "")
    .replace(/^library\//, "");
}

/** A matcher for `ALLOWED_MODELS`: names with `*` as a wildcard; a name without tag means any. */
export function modelMatcher(patterns: string[]): (name: string) => boolean {
  if (patterns.includes("*")) return () => true;
  const tests = patterns.map((pattern) => {
    const short = shortened(pattern);
    const full = short.includes(":") || short.includes("*") ? short : `${short}:*`;
    return wildcard(full);
  });
  return (name) => tests.some((test) => test.test(canonicalModel(name)));
}

/**
 * A test for a pattern with `*` for any text, over the whole text. It goes over a text once for all
 * stars: a regular expression would try each of them at each place.
 */
export function wildcard(pattern: string): Pick<RegExp, "test"> {
  const [start = "", ...parts] = pattern.split("*");
  const end = parts.pop();
  if (end === undefined) return { test: (text) => text === pattern };
  return {
    test: (text) => {
      if (!text.startsWith(start)) return false;
      let at = start.length;
      for (const part of parts) {
        const found = text.indexOf(part, at);
        if (found < 0) return false;
        at = found + part.length;
      }
      return text.length - at >= end.length && text.endsWith(end);
    },
  };
}
