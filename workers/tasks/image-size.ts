export interface Size {
  width: number;
  height: number;
}

/**
 * The size, in whole pixels, that a picture is scaled to: the longest side is the limit, the other
 * keeps the aspect, cut down to whole pixels but at least one. Never larger than the picture.
 */
export function fitInto({ width, height }: Size, maxDimension: number): Size {
  const longest = Math.max(width, height);
  if (longest <= maxDimension) return { width, height };
  const scaled = (side: number) => {
    // Without fractions on the way: the rest is taken off before the division, which then is exact.
    const product = side * maxDimension;
    return Math.max(1, (product - (product % longest)) / longest);
  };
  return { width: scaled(width), height: scaled(height) };
}
