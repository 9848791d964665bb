import { EngineError } from "../errors.ts";
import { type Json, type JsonObject, isJsonObject } from "../json/go-json.ts";
import { MAX_NAME_CHARS, LIMITS, requireAtMost } from "../values/limits.ts";

/**
 * Reads fields of a request's JSON object by Go's rules. Names match whatever their case, the last
 * duplicate wins, null counts as not given, and a wrong type is refused with Go's text. `path` is
 * Go's name of the place: the type, then the fields.
 */
export class Fields {
  readonly #values = new Map<string, Json>();
  readonly #path: string;

  constructor(path: string, value: JsonObject) {
    this.#path = path;
    for (const [key, item] of Object.entries(value)) {
      if (item !== null) this.#values.set(folded(key), item);
    }
  }

  raw(name: string): Json | undefined {
    return this.#values.get(name);
  }

  string(name: string): string | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "string") return value;
    throw this.#wrongType(name, value, "string");
  }

  /** A model's name. @throws {EngineError} 400 when it is longer than any can be. */
  modelName(name: string): string | undefined {
    const value = this.string(name);
    if (value !== undefined && value.length > MAX_NAME_CHARS) {
      throw new EngineError(400, "invalid model name");
    }
    return value;
  }

  boolean(name: string): boolean | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "boolean") return value;
    throw this.#wrongType(name, value, "bool");
  }

  float(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined || typeof value === "number") return value;
    throw this.#wrongType(name, value, "float64");
  }

  integer(name: string): number | undefined {
    const value = this.raw(name);
    if (value === undefined || (typeof value === "number" && Number.isInteger(value))) return value;
    throw this.#wrongType(name, value, "int");
  }

  /** An object of anything, `{}` when not given. */
  map(name: string, most: number = Number.POSITIVE_INFINITY): JsonObject {
    const value = this.raw(name);
    if (value === undefined) return {};
    if (!isJsonObject(value)) throw this.#wrongType(name, value, "map[string]interface {}");
    requireAtMost(Object.keys(value).length, most, name);
    return value;
  }

  /** A list of at most `most` items of any type; `goType` is Go's name of the list. */
  list(name: string, goType: string, most: number): Json[] | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) throw this.#wrongType(name, value, goType);
    requireAtMost(value.length, most, name);
    return value;
  }

  strings(name: string, most: number = LIMITS.messages): string[] | undefined {
    return this.list(name, "[]string", most)?.map((item) => {
      if (typeof item === "string") return item;
      throw this.#wrongType(name, item, "string");
    });
  }

  integers(name: string): number[] | undefined {
    return this.list(name, "[]int", LIMITS.tokens)?.map((item) => {
      if (typeof item === "number" && Number.isInteger(item)) return item;
      throw this.#wrongType(name, item, "int");
    });
  }

  /** A nested object. */
  object(name: string, goType: string): Fields | undefined {
    const value = this.raw(name);
    if (value === undefined) return undefined;
    if (isJsonObject(value)) return new Fields(`${this.#path}.${name}`, value);
    throw this.#wrongType(name, value, goType);
  }

  /** A list of objects; null is an object without fields. */
  objects(name: string, goType: string, most: number = LIMITS.messages): Fields[] | undefined {
    return this.list(name, `[]${goType}`, most)?.map((item) => {
      if (item === null || isJsonObject(item))
        return new Fields(`${this.#path}.${name}`, item ?? {});
      throw this.#wrongType(name, item, goType);
    });
  }

  #wrongType(name: string, value: Json, goType: string): EngineError {
    const field = `Go struct field ${this.#path}.${name}`;
    return new EngineError(
      400,
      `json: cannot unmarshal ${goKind(value)} into ${field} of type ${goType}`,
    );
  }
}

/**
 * The fields of a whole body; a body `null` counts as `{}`.
 * @throws {EngineError} 400 with Go's text when it is no object.
 */
export function fieldsOf(goPackage: string, goType: string, body: Json): Fields {
  if (body === null) return new Fields(goType, {});
  if (isJsonObject(body)) return new Fields(goType, body);
  const target = `Go value of type ${goPackage}.${goType}`;
  throw new EngineError(400, `json: cannot unmarshal ${goKind(body)} into ${target}`);
}

/** A name without its case, by Go's rule: `ſ` is an `s`, and the kelvin sign is a `k`. */
const folded = (key: string): string => key.toLowerCase().replaceAll("\u017f", "s");

/** Go's name of a JSON value in its messages. */
export function goKind(value: Json): string {
  if (Array.isArray(value)) return "array";
  if (typeof value === "boolean") return "bool";
  if (typeof value === "number") return Number.isInteger(value) ? "number" : `number ${value}`;
  return typeof value;
}
