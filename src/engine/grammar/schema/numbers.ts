import { type Place, keywords, refuse } from "./place.ts";

/** A limit of a range; `open`: the limit itself is outside. */
export type Limit = { readonly value: number; readonly open: boolean };

/** What numbers have to be. */
export type NumberRange = {
  readonly low: Limit | undefined;
  readonly high: Limit | undefined;
  readonly multiples: readonly { readonly of: number; readonly place: Place }[];
};

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
  let low: Limit | undefined;
  let high: Limit | undefined;
  const multiples: { of: number; place: Place }[] = [];
  for (const place of places) {
    const minimum = figure(place, "minimum");
    const maximum = figure(place, "maximum");
    low = higher(low, edge(place, "exclusiveMinimum", minimum));
    high = lower(high, edge(place, "exclusiveMaximum", maximum));
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
  return { low, high, multiples };
}

/** Whether no number can be in both ranges. */
export function apart(one: NumberRange, other: NumberRange): boolean {
  return below(one.high, other.low) || below(other.high, one.low);
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

function higher(one: Limit | undefined, other: Limit | undefined): Limit | undefined {
  if (!one || !other) return one ?? other;
  if (one.value === other.value) return one.open ? one : other;
  return one.value > other.value ? one : other;
}

function lower(one: Limit | undefined, other: Limit | undefined): Limit | undefined {
  if (!one || !other) return one ?? other;
  if (one.value === other.value) return one.open ? one : other;
  return one.value < other.value ? one : other;
}

function figure(place: Place, keyword: string): number | undefined {
  const value = keywords(place)[keyword];
  if (value === undefined || (typeof value === "number" && Number.isFinite(value))) return value;
  throw refuse(place, keyword, "must be a number");
}
