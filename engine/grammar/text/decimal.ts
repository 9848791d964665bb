/** A number's size as its digits before and after the point; its sign is kept apart. */
export type Digits = { readonly whole: string; readonly fraction: string };

/** The digits of a number's size, the shortest that mean the same double; no zeros at the ends. */
export function digitsOf(value: number): Digits {
  const [mantissa = "0", exponent = "0"] = Math.abs(value).toExponential().split("e");
  const digits = mantissa.replace(".", "");
  const point = 1 + Number(exponent);
  if (point <= 0) return { whole: "0", fraction: trimEnd("0".repeat(-point) + digits) };
  const padded = digits.padEnd(point, "0");
  return { whole: padded.slice(0, point), fraction: trimEnd(padded.slice(point)) };
}

const trimEnd = (digits: string): string => digits.replace(/0+$/, "");
