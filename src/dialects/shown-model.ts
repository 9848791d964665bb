import { ServiceError } from "../errors/service-error.ts";
import { JsonExcessError } from "../runtime/parse-json.ts";
import { readGoObject, type GoObject } from "./go-json.ts";

/** What a body of `/api/show` asks for. */
export interface ShownModel {
  /** The one that Ollama reads: `name` counts where there is no `model`. Empty where it reads none. */
  model: string;
  /** Where that one stands. */
  field: "model" | "name";
  /** All that it names, in whatever way a server may read it. */
  models: string[];
}

const NAMES: ReadonlySet<string> = new Set(["model", "name"]);

/**
 * Reads a body of `/api/show`. @returns undefined for what is no JSON object.
 * @throws ServiceError `invalid_request` for one with too much in it to be read.
 */
export function shownModel(body: Uint8Array): ShownModel | undefined {
  try {
    const object = readGoObject(body, NAMES);
    return object && readModel(object);
  } catch (err) {
    if (err instanceof JsonExcessError) throw new ServiceError("invalid_request", err.message);
    throw err;
  }
}

function readModel({ values }: GoObject): ShownModel {
  const texts = (name: ShownModel["field"]): string[] =>
    values(name).filter((value) => typeof value === "string");
  const [inModel, inName] = [texts("model"), texts("name")];
  const models = [...inModel, ...inName];
  const model = inModel.at(-1) ?? "";
  if (model !== "") return { model, field: "model", models };
  return { model: inName.at(-1) ?? "", field: "name", models };
}
