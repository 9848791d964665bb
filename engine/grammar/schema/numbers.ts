import { type Place, keywords, refuse } from "./place.ts";

/** A limit of a range; with `open` the limit itself is outside the range. */
export type Limit = { readonly value: number; readonly open: boolean };

/** The constraints on numbers. */
export type NumberRange = {
  readonly low: Limit | undefined;
  readonly high: Limit | undefined;
  readonly multiples: readonly { readonly of: number; readonly place: Place }[];
  /** The limits without those of a `format`, which some validators ignore. */
  readonly told: Limits;
};

type Limits = { readonly low: Limit | undefined; readonly high: Limit | undefined };

const NO_LIMITS: Limits = { low: undefined, high: undefined };
export const ANY_NUMBER: NumberRange = { ...NO_LIMITS, multiples: [], told: NO_LIMITS };

/** Ranges that `format` sets for numbers, as OpenAPI names them. */
const FORMATS: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
};

/** The range that all of `places` allow. @throws {EngineError} 400 when a limit is no number. */
export function numberRange(places: readonly Place[]): NumberRange {
  let { low, high } = NO_LIMITS;
  let told = NO_LIMITS;
  const multiples: { of: number; place: Place }[] = [];
  for (const place of places) {
    const minimum = figure(place, "minimum");
    const maximum = figure(place, "maximum");
    const least = edge(place, "exclusiveMinimum", minimum);
    const most = edge(place, "exclusiveMaximum", maximum);
    [low, high] = [higher(low, least), lower(high, most)];
    told = { low: higher(told.low, least), high: lower(told.high, most) };
    const { format } = keywords(place);
    const range = typeof format === "string" && Object.hasOwn(FORMATS, format) && FORMATS[format];
    if (range) {
      low = higher(low, { value: range[0], open: false });
      high = lower(high, { value: range[1], open: false });
    }
    const of = figure(place, "multipleOf");
    if (of === undefined) continue;
    if (of <= 0) throw refuse(place, "multipleOf", "must be more than 0");
    multiples.push({ of, place });
  }
  return { low, high, multiples, told };
}

/** Whether no number of one range is in the other for any validator. */
export function apart(one: NumberRange, { told }: NumberRange): boolean {
  return below(one.high, told.low) || below(told.high, one.low);
}

function below(high: Limit | undefined, low: Limit | undefined): boolean {
  if (!high || !low) return false;
  return high.value < low.value || (high.value === low.value && (high.open || low.open));
}

/** OpenAPI 3.0 writes `exclusiveMinimum: true` beside `minimum`; later drafts write a number. */
function edge(place: Place, keyword: string, inclusive: number | undefined): Limit | undefined {
  const value = keywords(place)[keyword];
  const limit = inclusive === undefined ? undefined : { value: inclusive, open: value === true };
  if (value === undefined || typeof value === "boolean") return limit;
  const exclusive = { value: figure(place, keyword) ?? 0, open: true };
  return keyword === "exclusiveMinimum" ? higher(limit, exclusive) : lower(limit, exclusive);
}

/** The narrower of two lower limits. */
export function higher(one: Limit | undefined, other: Limit): Limit;
export function higher(one: Limit | undefined, other: Limit | undefined): Limit | undefined;
export function higher(one: Limit | undefined, other: Limit | undefined): Limit | undefined {
  if (!one || !other) return one ?? other;
  if (one.value === other.value) return one.open ? one : other;
  return one.value > other.value ? one : other;
}

/** The narrower of two upper limits. */
export function lower(one: Limit | undefined, other: Limit): Limit;
export function lower(one: Limit | undefined, other: Limit | undefined): Limit | undefined;
export function lower(one: Limit | undefined, other: Limit | undefined): Limit | undefined {
  if (!one || !other) return one ?? other;
  if (one.value === other.value) return one.open ? one : other;
  return one.value < other.value ? one : other;
}

function figure(place: Place, keyword: string): number | undefined {
  const value = keywords(place)[keyword];
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  throw refuse(place, keyword, "must be a number");
}
