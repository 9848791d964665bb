import type { z } from "@hono/zod-openapi";
import type { AppContext } from "../middleware/env.ts";
import { ServiceError } from "../src/errors/service-error.ts";

/**
 * Reads and checks a JSON body once. The content type is not looked at: `curl -d` sends a
 * form's, and Ollama does not look either.
 * @throws ServiceError `validation_error` with the first problem and where it is.
 */
export async function readJson<T>(c: AppContext, schema: z.ZodType<T>): Promise<T> {
  const bytes = await c.get("exchange").readBody(c.get("maxBodyBytes"));
  const parsed = schema.safeParse(parseJson(bytes));
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  const what = issue?.message ?? "not valid";
  throw new ServiceError("validation_error", where === "" ? what : `${where}: ${what}`, {
    param: where,
  });
}

function parseJson(bytes: Uint8Array): unknown {
  if (bytes.byteLength === 0) throw new ServiceError("validation_error", "The body is empty");
  let value: unknown;
  try {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
    value = JSON.parse(text);
  } catch (err) {
    const detail = err instanceof Error ? `: ${err.message}` : "";
    throw new ServiceError("validation_error", `The body is not JSON${detail.slice(0, 200)}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new ServiceError("validation_error", "The body is not a JSON object");
  }
  return value;
}
