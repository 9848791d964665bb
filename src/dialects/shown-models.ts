import { JsonExcessError } from "../runtime/parse-json.ts";
import { readGoObject } from "./go-json.ts";

const NAMES: ReadonlySet<string> = new Set(["model", "name"]);

/** The models that a body of `/api/show` names, in whatever way the server may read it. */
export function shownModels(body: Uint8Array): string[] {
  try {
    const object = readGoObject(body, NAMES);
    const names = [...NAMES].flatMap((name) => object?.values(name) ?? []);
    return names.filter((name) => typeof name === "string");
  } catch (err) {
    if (err instanceof JsonExcessError) return [];
    throw err;
  }
}
