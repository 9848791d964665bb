import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../middleware/env.ts";
import { ServiceError } from "../src/errors/service-error.ts";
import type { BodyImage, ImageBodyReader } from "../src/images/image-body.ts";
import { joinedPieces, lengthOf } from "../src/runtime/body-pieces.ts";
import { readBody } from "./read-body.ts";
import { whileHere } from "./while-here.ts";

/**
 * Reads and checks a JSON body once. The content type is not looked at: `curl -d` sends a
 * form's, and Ollama does not look either.
 * @throws ServiceError `validation_error` with the first problem and where it is.
 */
export async function readJson<T>(c: AppContext, schema: z.ZodType<T>): Promise<T> {
  const bytes = joinedPieces(await readPieces(c));
  let value: unknown;
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    value = JSON.parse(text);
  } catch (err) {
    throw notJson(err instanceof Error ? err.message : "");
  }
  return checked(value, schema);
}

/** A body whose images were taken out; still to be checked against a schema. */
export interface BodyWithImages {
  value: unknown;
  images: BodyImage[];
  /** The length of the body as it came. */
  bytes: number;
}

/**
 * Reads a JSON body that may hold images.
 * @throws ServiceError `validation_error` when it is no JSON.
 */
export async function readImageJson(c: AppContext, read: ImageBodyReader): Promise<BodyWithImages> {
  const pieces = await readPieces(c);
  const bytes = lengthOf(pieces);
  const found = read(pieces);
  const parsed = typeof found === "function" ? await whileHere(c, found) : found;
  if (!parsed.ok) throw notJson(parsed.message);
  return { value: parsed.value, images: parsed.images, bytes };
}

/** A value that a schema holds for. @throws ServiceError `validation_error`. */
export function checked<T>(value: unknown, schema: z.ZodType<T>): T {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError("validation_error", "The body is not a JSON object");
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  const what = issue?.message ?? "not valid";
  throw new ServiceError("validation_error", where === "" ? what : `${where}: ${what}`, {
    param: where,
  });
}

async function readPieces(c: AppContext): Promise<Uint8Array[]> {
  const pieces = await readBody(c, c.get("bodyLimit"));
  if (lengthOf(pieces) === 0) throw new ServiceError("validation_error", "The body is empty");
  return pieces;
}

function notJson(detail: string): ServiceError {
  const why = detail === "" ? "" : `: ${detail}`;
  return new ServiceError("validation_error", `The body is not JSON${why.slice(0, 200)}`);
}
