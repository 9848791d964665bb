export interface Size {
  width: number;
  height: number;
}

/**
 * The size that a picture is scaled to, in whole pixels: the longest side is the limit, and the
 * other side keeps the aspect ratio, rounded down, but at least 1. It is never larger than the
 * picture.
 */
export function fitInto({ width, height }: Size, maxDimension: number): Size {
  const longest = Math.max(width, height);
  if (longest <= maxDimension) return { width, height };
  const scaled = (side: number) => {
    // Exact: the remainder is subtracted before the division.
    const product = side * maxDimension;
    return Math.max(1, (product - (product % longest)) / longest);
  };
  return { width: scaled(width), height: scaled(height) };
}
