import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../middleware/env.ts";
import { ServiceError } from "../src/errors/service-error.ts";
import type { BodyImage, ImageBodyReader } from "../src/images/image-body.ts";
import { joinedPieces, lengthOf } from "../src/http/body-pieces.ts";
import { MAX_VALUES_IN_HAND } from "../src/runtime/count-json.ts";
import { isObject } from "../src/runtime/is-object.ts";
import { parseFailure, parseJson } from "../src/runtime/parse-json.ts";
import { readBody } from "./read-body.ts";
import { LIST_LIMITS } from "./service/contract/list-limits.ts";
import { callerOf } from "./caller-of.ts";

/**
 * Reads and checks a JSON body once. The content type is not looked at: `curl -d` sends a
 * form's, and Ollama does not look either.
 * @param options.maxValues JSON values that the body may have; more than by default only where they
 * are numbers, which cost little.
 * @throws ServiceError `validation_error` with the first problem and where it is.
 */
export async function readJson<T>(
  c: AppContext,
  schema: z.ZodType<T>,
  { maxValues = MAX_VALUES_IN_HAND } = {},
): Promise<T> {
  const bytes = joinedPieces(await readPieces(c));
  let value: unknown;
  try {
    value = parseJson(bytes, maxValues);
  } catch (err) {
    throw new ServiceError("validation_error", parseFailure(err));
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
 * @throws ServiceError `validation_error` when it is no JSON, or too much of it.
 */
export async function readImageJson(c: AppContext, read: ImageBodyReader): Promise<BodyWithImages> {
  const pieces = await readPieces(c);
  const bytes = lengthOf(pieces);
  const found = read(pieces);
  const parsed = typeof found === "function" ? await found(callerOf(c)) : found;
  if (!parsed.ok) throw new ServiceError("validation_error", parsed.message);
  return { value: parsed.value, images: parsed.images, bytes };
}

/** A schema's words name each field that it does not know. */
const LONGEST_REASON = 500;

/** A value that a schema holds for. @throws ServiceError `validation_error`. */
export function checked<T>(value: unknown, schema: z.ZodType<T>): T {
  if (!isObject(value)) {
    throw new ServiceError("validation_error", "The body is not a JSON object");
  }
  const fields = Object.keys(value).length;
  if (fields > LIST_LIMITS.fields.entries) {
    const message = `The body has ${fields} fields; the limit is ${LIST_LIMITS.fields.entries}`;
    throw new ServiceError("validation_error", message);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { path, message } = toldIssue(parsed.error.issues);
  const where = path.join(".");
  const what = message.slice(0, LONGEST_REASON);
  throw new ServiceError("validation_error", where === "" ? what : `${where}: ${what}`, {
    param: where,
  });
}

/**
 * The first problem. Where no alternative fits, one of them may have a reason of ours: such as a
 * list with too many entries, where a text could stand as well. Or it is a list, with a wrong entry.
 */
function toldIssue([first]: z.core.$ZodIssue[]): Pick<z.core.$ZodIssue, "path" | "message"> {
  if (!first) return { path: [], message: "not valid" };
  if (first.code !== "invalid_union") return first;
  const inner = first.errors.flat();
  const told =
    inner.find(({ code }) => code === "custom") ??
    inner.find(({ path: [entry] }) => typeof entry === "number");
  if (!told) return first;
  const { path, message } = toldIssue([told]);
  return { path: [...first.path, ...path], message };
}

async function readPieces(c: AppContext): Promise<Uint8Array[]> {
  const pieces = await readBody(c, c.get("bodyLimit"));
  if (lengthOf(pieces) === 0) throw new ServiceError("validation_error", "The body is empty");
  return pieces;
}
