/** A figure with three decimals, as answers, logs and the store have them. */
export function threeDecimals(figure: number): number;
export function threeDecimals(figure: number | undefined): number | undefined;
export function threeDecimals(figure: number | undefined): number | undefined {
  return figure === undefined ? undefined : Math.round(figure * 1000) / 1000;
}
