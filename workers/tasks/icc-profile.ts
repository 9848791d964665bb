/** sRGB's primaries in the colour space of profiles (XYZ under D50). */
const SRGB_PRIMARIES = {
  rXYZ: [0.4361, 0.2225, 0.0139],
  gXYZ: [0.3851, 0.7169, 0.0971],
  bXYZ: [0.1431, 0.0606, 0.7141],
} as const;
/** Profile makers round differently; Display P3's red is 0.08 away. */
const PRIMARY_TOLERANCE = 0.003;
/** Points of sRGB's curve, and the most by which a plain gamma of 2.2 differs. */
const CURVE_POINTS = [0.25, 0.5, 0.75] as const;
const CURVE_TOLERANCE = 0.01;

const HEADER_BYTES = 128;
const TAG_BYTES = 12;

/**
 * Whether a profile describes sRGB, by its numbers: names differ from maker to maker. A profile
 * that cannot be read counts as another one, so that the picture is converted.
 */
export function isSrgbProfile(profile: Uint8Array): boolean {
  const icc = Buffer.from(profile.buffer, profile.byteOffset, profile.byteLength);
  try {
    return icc.toString("latin1", 16, 20) === "RGB " && hasPrimaries(icc) && hasCurves(icc);
  } catch {
    // Reading beyond the end.
    return false;
  }
}

function hasPrimaries(icc: Buffer): boolean {
  return Object.entries(SRGB_PRIMARIES).every(([tag, primary]) => {
    const data = tagData(icc, tag);
    return primary.every(
      (value, axis) => Math.abs(fixed(data, 8 + 4 * axis) - value) < PRIMARY_TOLERANCE,
    );
  });
}

function hasCurves(icc: Buffer): boolean {
  return ["rTRC", "gTRC", "bTRC"].every((tag) => {
    const curve = toneCurve(tagData(icc, tag));
    return CURVE_POINTS.every((x) => Math.abs(curve(x) - srgbToLinear(x)) < CURVE_TOLERANCE);
  });
}

const srgbToLinear = (x: number) => ((x + 0.055) / 1.055) ** 2.4;

/** @throws RangeError when there is no such tag. */
function tagData(icc: Buffer, tag: string): Buffer {
  const count = icc.readUInt32BE(HEADER_BYTES);
  for (let index = 0; index < count; index += 1) {
    const at = HEADER_BYTES + 4 + index * TAG_BYTES;
    const start = icc.readUInt32BE(at + 4);
    if (icc.toString("latin1", at, at + 4) === tag) {
      return icc.subarray(start, start + icc.readUInt32BE(at + 8));
    }
  }
  throw new RangeError(`the profile has no ${tag}`);
}

/** The function of a curve or parametric curve element, both from 0–1 to 0–1. */
function toneCurve(data: Buffer): (x: number) => number {
  if (data.toString("latin1", 0, 4) === "para") return parametricCurve(data);
  const count = data.readUInt32BE(8);
  if (count === 0) return (x) => x;
  if (count === 1) return (x) => x ** (data.readUInt16BE(12) / 256);
  const point = (index: number) => data.readUInt16BE(12 + 2 * index) / 65_535;
  return (x) => {
    const place = x * (count - 1);
    const index = Math.floor(place);
    const share = place - index;
    return point(index) * (1 - share) + point(Math.min(index + 1, count - 1)) * share;
  };
}

/** Above the break, where the compared points are, each of the five kinds is a power of a line. */
function parametricCurve(data: Buffer): (x: number) => number {
  const kind = data.readUInt16BE(8);
  const gamma = fixed(data, 12);
  if (kind === 0) return (x) => x ** gamma;
  const [a, b] = [fixed(data, 16), fixed(data, 20)];
  return (x) => (a * x + b) ** gamma;
}

/** A signed number with sixteen binary places. */
const fixed = (data: Buffer, at: number) => data.readInt32BE(at) / 65_536;
