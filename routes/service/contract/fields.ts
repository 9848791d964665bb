import { z } from "@hono/zod-openapi";
import { decimalNumber } from "../../../src/runtime/decimal-number.ts";

/** Text, trimmed; may be empty. */
export const text = () => z.string().trim();

/** Text that is not empty once trimmed. */
export const filledText = () => z.string().trim().min(1);

/** A number; text that holds one counts. */
export function number(min: number, max: number) {
  return z
    .preprocess(numeric, z.number().min(min).max(max))
    .openapi({ type: "number", minimum: min, maximum: max });
}

/** A whole number; text that holds one counts. */
export function integer(
  min: number = Number.MIN_SAFE_INTEGER,
  max: number = Number.MAX_SAFE_INTEGER,
) {
  return z.preprocess(numeric, z.int().min(min).max(max)).openapi({
    type: "integer",
    ...(min === Number.MIN_SAFE_INTEGER ? {} : { minimum: min }),
    ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }),
  });
}

/** A field that may be left out or null; null counts as left out. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/** A JSON object of any shape. */
export const anyObject = () => z.record(z.string(), z.unknown());

function numeric(value: unknown): unknown {
  return typeof value === "string" ? (decimalNumber(value) ?? value) : value;
}
