import type { Automaton } from "./automaton.ts";
import { type Lengths, longestText } from "./lengths.ts";
import { parsePattern } from "./parse-pattern.ts";
import { patternAutomaton } from "./pattern-automaton.ts";
import { StepBudget } from "./step-budget.ts";

const HEX = "[0-9a-fA-F]";

const YEAR = String.raw`(?:[1-9]\d{3}|0[1-9]\d\d|00[1-9]\d|000[1-9])`;
const LEAP_YEAR = String.raw`(?:\d\d(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00)`;
const MONTH_AND_DAY = [
  String.raw`(?:0[13578]|1[02])-(?:0[1-9]|[12]\d|3[01])`,
  String.raw`(?:0[469]|11)-(?:0[1-9]|[12]\d|30)`,
  String.raw`02-(?:0[1-9]|1\d|2[0-8])`,
].join("|");
/** RFC 3339; the year 0, which many calendars lack, is left out. */
const DATE = `(?:${YEAR}-(?:${MONTH_AND_DAY})|${LEAP_YEAR}-02-29)`;
/** Leap seconds are left out: whether one is right depends on the day and on the offset. */
const TIME = String.raw`(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(?:Z|[+-](?:[01]\d|2[0-3]):[0-5]\d)`;
const AMOUNT = String.raw`(?:0|[1-9]\d{0,5})`;
const OF_DAY = String.raw`T(?=\d)(?:${AMOUNT}H)?(?:${AMOUNT}M)?(?:${AMOUNT}S)?`;
const DURATION = `P(?:${AMOUNT}W|(?=[0-9T])(?:${AMOUNT}Y)?(?:${AMOUNT}M)?(?:${AMOUNT}D)?(?:${OF_DAY})?)`;

const label = (most: number) => `[A-Za-z0-9](?:[A-Za-z0-9-]{0,${most - 2}}[A-Za-z0-9])?`;
const LABEL = label(32);
/** RFC 1123, with few and short labels, so that the whole never exceeds 253 characters. */
const HOSTNAME = String.raw`${LABEL}(?:\.${LABEL}){0,3}`;
const TOP_LEVEL = "[A-Za-z]{2,12}";
const LOCAL = String.raw`[A-Za-z0-9_+-]{1,32}(?:\.[A-Za-z0-9_+-]{1,30})?`;
const EMAIL = String.raw`${LOCAL}@(?:${LABEL}\.){1,3}${TOP_LEVEL}`;

const OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const IPV4 = String.raw`(?:${OCTET}\.){3}${OCTET}`;
const GROUP = `${HEX}{1,4}`;
/** RFC 4291: eight groups, or fewer around one gap. */
const IPV6 = [
  `(?:${GROUP}:){7}${GROUP}`,
  ...Array.from({ length: 7 }, (_, before) => {
    const head = before === 0 ? ":" : `(?:${GROUP}:){${before}}`;
    return `${head}:(?:${GROUP}(?::${GROUP}){0,${6 - before}})?`;
  }),
  `(?:${GROUP}:){7}:`,
].join("|");

/**
 * RFC 3986 without user and brackets. The longest stays below 2 083 characters, a limit that some
 * schemas set.
 */
const PATH_CHAR = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%${HEX}{2})`;
const QUERY_CHAR = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%${HEX}{2})`;
const TAIL = String.raw`(?:/${PATH_CHAR}{0,120})?(?:\?${QUERY_CHAR}{0,80})?(?:#${QUERY_CHAR}{0,40})?`;
const AUTHORITY = String.raw`(?:${label(20)}\.){1,3}${TOP_LEVEL}(?::[1-9]\d{0,3})?`;
const URI = String.raw`[A-Za-z][A-Za-z0-9+.-]{1,11}://${AUTHORITY}${TAIL}|mailto:${EMAIL}|urn:[a-z][a-z0-9]{1,15}:[A-Za-z0-9._:-]{1,60}`;
/**
 * Web addresses that every validator accepts: no doubled dash, a port of two or more digits, a path
 * first.
 */
const WEB_LABEL = "[A-Za-z0-9]{1,20}(?:-[A-Za-z0-9]{1,10})?";
const WEB_URL = String.raw`https?://(?:${WEB_LABEL}\.){1,3}${TOP_LEVEL}(?::[1-9]\d{1,3})?(?:/${TAIL})?`;
const POINTER = "(?:/(?:[A-Za-z0-9_.-]|~[01]){0,40}){0,8}";

const SHORT_EMAILS = [
  String.raw`[A-Za-z0-9_+-]{1,16}(?:\.[A-Za-z0-9_+-]{1,8})?@(?:${label(12)}\.){1,2}[A-Za-z]{2,6}`,
  String.raw`[A-Za-z0-9_+-]{1,12}@${label(10)}\.[A-Za-z]{2,4}`,
];
const SHORT_HOSTNAMES = [
  String.raw`${label(14)}(?:\.${label(14)}){0,3}`,
  String.raw`${label(12)}(?:\.${label(8)})?`,
];
const SHORT_URLS = [
  "https?://(?:[A-Za-z0-9]{1,20}\\.){1,2}[A-Za-z]{2,6}(?:/[A-Za-z0-9._~/-]{0,60})?",
  "https?://(?:[A-Za-z0-9]{1,12}\\.){1,2}[A-Za-z]{2,4}(?:/[A-Za-z0-9._~/-]{0,20})?",
  "https?://[A-Za-z0-9]{1,12}\\.[A-Za-z]{2,4}",
];
const SHORT_POINTERS = ["(?:/[A-Za-z0-9_.-]{0,12}){0,6}", "(?:/[A-Za-z0-9_.-]{0,8}){0,2}"];
const BASE64 = "(?:[A-Za-z0-9+/]{4}){0,64}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?";

function uuid(version: string): string {
  return `${HEX}{8}-${HEX}{4}-${version}${HEX}{3}-[89abAB]${HEX}{3}-${HEX}{12}`;
}

/**
 * Formats that a grammar can enforce. Each pattern describes texts that every validator accepts;
 * where readings of a format differ, it keeps to what they share. Other formats are annotations, as
 * JSON Schema says.
 */
const PATTERNS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  "iso-time": TIME,
  "date-time": `${DATE}T${TIME}`,
  "iso-date-time": `${DATE}T${TIME}`,
  duration: DURATION,
  email: EMAIL,
  "idn-email": EMAIL,
  hostname: HOSTNAME,
  "idn-hostname": HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uuid: uuid("[1-8]"),
  ...Object.fromEntries(["1", "3", "4", "5", "6", "7", "8"].map((n) => [`uuid${n}`, uuid(n)])),
  ipvanyaddress: `${IPV4}|${IPV6}`,
  uri: URI,
  url: WEB_URL,
  iri: URI,
  "uri-reference": `${URI}|${TAIL}`,
  "iri-reference": `${URI}|${TAIL}`,
  "uri-template": SHORT_URLS[0] ?? "",
  "json-pointer": POINTER,
  "json-pointer-uri-fragment": `#${POINTER}`,
  "relative-json-pointer": `(?:0|[1-9][0-9]{0,2})(?:#|${POINTER})`,
  byte: BASE64,
  base64: BASE64,
  base64url: BASE64.replaceAll("+/", "_-"),
  regex: "[A-Za-z0-9 _-]{0,60}",
};

/** Shorter variants of a format, for limits that would need every one of its characters counted. */
const SHORTER: Readonly<Record<string, readonly string[]>> = {
  email: SHORT_EMAILS,
  "idn-email": SHORT_EMAILS,
  hostname: SHORT_HOSTNAMES,
  "idn-hostname": SHORT_HOSTNAMES,
  uri: SHORT_URLS,
  url: SHORT_URLS,
  iri: SHORT_URLS,
  "uri-reference": SHORT_URLS,
  "iri-reference": SHORT_URLS,
  "uri-template": SHORT_URLS,
  "json-pointer": SHORT_POINTERS,
  "json-pointer-uri-fragment": SHORT_POINTERS.map((pointer) => `#${pointer}`),
  "relative-json-pointer": SHORT_POINTERS.map((pointer) => `0${pointer}`),
};

/**
 * Patterns that all texts of a format match for any validator, where such a pattern narrows them
 * down.
 */
const MARKS: Readonly<Record<string, string>> = {
  date: String.raw`^\d{4}-\d\d-\d\d$`,
  time: String.raw`^\d\d:\d\d:\d\d`,
  "date-time": String.raw`^\d{4}-\d\d-\d\d[Tt\s]\d\d:\d\d:\d\d`,
  duration: "^P",
  email: "@",
  hostname: String.raw`^[^\s#/@:?]*$`,
  ipv4: String.raw`^\d{1,3}(?:\.\d{1,3}){3}$`,
  ipv6: ":.*:",
  uuid: `${HEX}{8}(?:-${HEX}{4}){3}-${HEX}{12}$`,
  uri: "^[A-Za-z][A-Za-z0-9+.-]*:",
  url: "^[A-Za-z][A-Za-z0-9+.-]*:",
};

/** The names of all supported formats. */
export const FORMATS: readonly string[] = Object.keys(PATTERNS);

/** Made at the first use and kept. They are not charged to any schema. */
const made = new Map<string, Automaton>();

/** Texts of a format that every validator accepts; `undefined` for an unknown format. */
export function formatAutomaton(name: string): Automaton | undefined {
  return Object.hasOwn(PATTERNS, name) ? whole(PATTERNS[name] ?? "") : undefined;
}

/**
 * Texts of a format that keep to a limit of length: those of the widest variant within the limits,
 * so that nothing has to be counted. Without such a variant, those of one where counting costs
 * little.
 */
export function formatWithin(name: string, { min, max }: Lengths): Automaton | undefined {
  const full = formatAutomaton(name);
  const shorter = Object.hasOwn(SHORTER, name) ? (SHORTER[name] ?? []).map(whole) : [];
  const all = [...(full ? [full] : []), ...shorter];
  const lengths = all.map(longestText);
  const fits = lengths.findIndex((longest) => min <= longest && longest <= max);
  if (fits >= 0) return all[fits];
  return (lengths.at(-1) ?? 0) > max ? all.at(-1) : full;
}

const whole = (source: string): Automaton => languageOf(`^(?:${source})$`);

/**
 * All texts that any validator takes for ones of this format, and more; `undefined` for all texts.
 */
export function formatBound(name: string): Automaton | undefined {
  return Object.hasOwn(MARKS, name) ? languageOf(MARKS[name] ?? "") : undefined;
}

function languageOf(source: string): Automaton {
  const known =
    made.get(source) ?? patternAutomaton(parsePattern(source), new StepBudget(Infinity));
  made.set(source, known);
  return known;
}
