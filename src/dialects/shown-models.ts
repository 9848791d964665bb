import { ServiceError } from "../errors/service-error.ts";
import { JsonExcessError } from "../runtime/parse-json.ts";
import { readGoObject } from "./go-json.ts";

const NAMES: ReadonlySet<string> = new Set(["model", "name"]);

/**
 * The models that a body of `/api/show` names, in whatever way the server may read it.
 * @throws ServiceError `invalid_request` for one with too much in it to be read.
 */
export function shownModels(body: Uint8Array): string[] {
  try {
    const object = readGoObject(body, NAMES);
    const names = [...NAMES].flatMap((name) => object?.values(name) ?? []);
    return names.filter((name) => typeof name === "string");
  } catch (err) {
    if (err instanceof JsonExcessError) throw new ServiceError("invalid_request", err.message);
    throw err;
  }
}
