import { WrongUse } from "./cli-error.ts";

interface Range {
  min: number;
  max: number;
}

/** A number as it is typed. @throws WrongUse for what is none, or lies outside the range. */
export function wholeNumber(flag: string, typed: string, { min, max }: Range): number {
  const value = /^-?\d{1,15}$/.test(typed.trim()) ? Number(typed) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new WrongUse(`--${flag} ${typed}: expected a whole number from ${min} to ${max}`);
}

/** The same for numbers with a fraction. @throws WrongUse */
export function decimal(flag: string, typed: string, { min, max }: Range): number {
  const value = /^-?\d{1,15}(\.\d+)?$/.test(typed.trim()) ? Number(typed) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new WrongUse(`--${flag} ${typed}: expected a number from ${min} to ${max}`);
}
