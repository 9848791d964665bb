import type { Automaton } from "./automaton.ts";
import { parsePattern } from "./parse-pattern.ts";
import { patternAutomaton } from "./pattern-automaton.ts";

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

const LABEL = String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]{0,30}[A-Za-z0-9])?`;
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

/** RFC 3986 without user and brackets; the longest stays below 2 083, which some schemas set. */
const PATH_CHAR = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%${HEX}{2})`;
const QUERY_CHAR = String.raw`(?:[A-Za-z0-9._~!$&'()*+,;=:@/?-]|%${HEX}{2})`;
const TAIL = String.raw`(?:/${PATH_CHAR}{0,120})?(?:\?${QUERY_CHAR}{0,80})?(?:#${QUERY_CHAR}{0,40})?`;
const SHORT_LABEL = String.raw`[A-Za-z0-9](?:[A-Za-z0-9-]{0,18}[A-Za-z0-9])?`;
const AUTHORITY = String.raw`(?:${SHORT_LABEL}\.){1,3}${TOP_LEVEL}(?::[1-9]\d{0,3})?`;
const URI = String.raw`[A-Za-z][A-Za-z0-9+.-]{1,11}://${AUTHORITY}${TAIL}|mailto:${EMAIL}|urn:[a-z][a-z0-9]{1,15}:[A-Za-z0-9._:-]{1,60}`;
const POINTER = "(?:/(?:[A-Za-z0-9_.-]|~[01]){0,40}){0,8}";

/**
 * Formats a grammar can hold an answer to. Each pattern describes texts that every validator takes,
 * so where readings of a format differ it keeps to what they share. Others are remarks, as JSON
 * Schema says.
 */
const PATTERNS: Readonly<Record<string, string>> = {
  date: DATE,
  time: TIME,
  "date-time": `${DATE}T${TIME}`,
  duration: DURATION,
  email: EMAIL,
  "idn-email": EMAIL,
  hostname: HOSTNAME,
  "idn-hostname": HOSTNAME,
  ipv4: IPV4,
  ipv6: IPV6,
  uuid: `${HEX}{8}-${HEX}{4}-[1-8]${HEX}{3}-[89abAB]${HEX}{3}-${HEX}{12}`,
  uri: URI,
  url: URI,
  iri: URI,
  "uri-reference": `${URI}|${TAIL}`,
  "iri-reference": `${URI}|${TAIL}`,
  "json-pointer": POINTER,
  "relative-json-pointer": `(?:0|[1-9][0-9]{0,2})(?:#|${POINTER})`,
  byte: "(?:[A-Za-z0-9+/]{4}){0,64}(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?",
  regex: "[A-Za-z0-9 _-]{0,60}",
};

const made = new Map<string, Automaton>();

/** The texts of a format; `undefined` for one that is not known. */
export function formatAutomaton(name: string): Automaton | undefined {
  if (!Object.hasOwn(PATTERNS, name)) return undefined;
  const known = made.get(name) ?? patternAutomaton(parsePattern(`^(?:${PATTERNS[name]})$`));
  made.set(name, known);
  return known;
}
