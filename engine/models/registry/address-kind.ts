import { isIPv4, isIPv6 } from "node:net";

/**
 * The network that an address belongs to: the internet, or one that only this machine or its
 * network sees.
 */
export type AddressKind = "public" | "loopback" | "private" | "link-local" | "reserved";

type Range = readonly [prefix: readonly number[], bits: number, kind: AddressKind];

/**
 * IANA's special-purpose addresses, as far as something may listen there; 0.0.0.0 is this machine.
 */
const RANGES_4: readonly Range[] = [
  [[0], 8, "loopback"],
  [[127], 8, "loopback"],
  [[10], 8, "private"],
  [[172, 16], 12, "private"],
  [[192, 168], 16, "private"],
  [[100, 64], 10, "private"],
  [[169, 254], 16, "link-local"],
  [[192, 0, 0], 24, "reserved"],
  [[192, 0, 2], 24, "reserved"],
  [[198, 18], 15, "reserved"],
  [[198, 51, 100], 24, "reserved"],
  [[203, 0, 113], 24, "reserved"],
  [[224], 4, "reserved"],
  [[240], 4, "reserved"],
];
const ZEROS = Array.from({ length: 15 }, () => 0);
const RANGES_6: readonly Range[] = [
  [[...ZEROS, 0], 128, "loopback"],
  [[...ZEROS, 1], 128, "loopback"],
  [[0xfc], 7, "private"],
  [[0xfe, 0xc0], 10, "private"],
  [[0xfe, 0x80], 10, "link-local"],
  [[0xff], 8, "reserved"],
  [[0x20, 0x01, 0x0d, 0xb8], 32, "reserved"],
];
/** IPv6 addresses that contain an IPv4 address, and where in their bytes it is. */
const EMBEDDING: readonly { prefix: readonly number[]; bits: number; at: number; flip?: number }[] =
  [
    { prefix: [...ZEROS.slice(0, 10), 0xff, 0xff], bits: 96, at: 12 },
    { prefix: ZEROS.slice(0, 12), bits: 96, at: 12 },
    { prefix: [...ZEROS.slice(0, 8), 0xff, 0xff, 0, 0], bits: 96, at: 12 },
    { prefix: [0, 0x64, 0xff, 0x9b, ...ZEROS.slice(0, 8)], bits: 96, at: 12 },
    { prefix: [0, 0x64, 0xff, 0x9b, 0, 1], bits: 48, at: 12 },
    { prefix: [0x20, 0x02], bits: 16, at: 2 },
    { prefix: [0x20, 0x01, 0, 0], bits: 32, at: 12, flip: 0xff },
  ];

/** The kind of a numeric address; anything else is `reserved`. */
export function addressKind(address: string): AddressKind {
  if (isIPv4(address)) return kindIn(RANGES_4, address.split(".").map(Number));
  const bare = address.replace(/%.*$/, "");
  if (!isIPv6(bare)) return "reserved";
  const bytes = bytesOf(bare);
  const own = RANGES_6.find((range) => isIn(bytes, range[0], range[1]));
  if (own) return own[2];
  const inside = EMBEDDING.find(({ prefix, bits }) => isIn(bytes, prefix, bits));
  if (!inside) return "public";
  const { at, flip = 0 } = inside;
  return kindIn(
    RANGES_4,
    bytes.slice(at, at + 4).map((byte) => byte ^ flip),
  );
}

function kindIn(ranges: readonly Range[], bytes: readonly number[]): AddressKind {
  return ranges.find(([prefix, bits]) => isIn(bytes, prefix, bits))?.[2] ?? "public";
}

function isIn(bytes: readonly number[], prefix: readonly number[], bits: number): boolean {
  return prefix.every((byte, index) => {
    const shift = Math.max(0, 8 * (index + 1) - bits);
    return byte >> shift === (bytes[index] ?? 0) >> shift;
  });
}

/** The sixteen bytes of an IPv6 address. */
function bytesOf(address: string): number[] {
  const dotted = /^(.*:)(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(address);
  const [, start = address, ...four] = dotted ?? [];
  const [a = 0, b = 0, c = 0, d = 0] = four.map(Number);
  const text = dotted ? `${start}${hex(a, b)}:${hex(c, d)}` : address;
  const [before = "", after] = text.split("::");
  const left = groups(before);
  const right = groups(after ?? "");
  const missing = Math.max(0, 8 - left.length - right.length);
  const all = [...left, ...Array.from({ length: missing }, () => 0), ...right];
  return all.flatMap((group) => [group >> 8, group & 0xff]);
}

const hex = (high: number, low: number): string => ((high << 8) | low).toString(16);
const groups = (text: string): number[] =>
  text === "" ? [] : text.split(":").map((group) => Number.parseInt(group, 16));
