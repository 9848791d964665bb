import { z } from "@hono/zod-openapi";
import { decimalNumber } from "../../../src/runtime/decimal-number.ts";

/** Text, trimmed; may be empty. */
export const text = () => z.string().trim();

/** Text that is not empty once trimmed. */
export const filledText = () => z.string().trim().min(1);

/** A number; text that holds one counts. */
export function number(min: number, max: number) {
  return z.preprocess(numeric, z.number().min(min).max(max));
}

/** A whole number; text that holds one counts. */
export function integer(min?: number, max?: number) {
  const least = min === undefined ? z.int() : z.int().min(min);
  return z.preprocess(numeric, max === undefined ? least : least.max(max));
}

/** A field that may be left out or null; null counts as left out. */
export function maybe<T extends z.ZodType>(schema: T) {
  return schema.nullish().transform((value) => value ?? undefined);
}

/**
 * The same for a schema with a name in the document. The union of one keeps null beside the name:
 * the library would make it a part of what the name stands for, which generators cannot use.
 */
export const maybeNamed = <T extends z.ZodType>(schema: T) => maybe(z.union([schema]));

function numeric(value: unknown): unknown {
  return typeof value === "string" ? (decimalNumber(value) ?? value) : value;
}

/** Tells a field of what another schema says of its value. */
export function addIssues(ctx: z.RefinementCtx, { issues }: z.ZodError): void {
  for (const { path, message } of issues) ctx.addIssue({ code: "custom", path, message });
}
