import { type Json, isJsonObject } from "../../json/go-json.ts";
import { type Place, type SchemaObject, keywords, refuse } from "./place.ts";

/** The most values of a schema, and the deepest nesting. */
const MAX_VALUES = 50_000;
const MAX_DEPTH = 200;
/** The most characters of a schema; a longer one is refused before it is read. */
const MAX_TEXT = 500_000;

/** A schema as it was sent; the same place is always the same object. */
export class SchemaDocument {
  readonly root: Place;
  readonly #root: SchemaObject;
  readonly #places = new Map<string, Place>();

  /** @throws {EngineError} 400 when it is larger than a schema may be. */
  constructor(root: SchemaObject) {
    this.#root = root;
    this.root = { schema: root, pointer: "" };
    this.#places.set("", this.root);
    checkSize(this.root);
  }

  /** The schema under `tokens` below a place. @throws {EngineError} 400 when that is none. */
  below(place: Place, ...tokens: readonly (string | number)[]): Place {
    const pointer = place.pointer + tokens.map((token) => `/${escapeToken(token)}`).join("");
    const known = this.#places.get(pointer);
    if (known) return known;
    const value = tokens.reduce<Json | undefined>(member, keywords(place) as Json);
    return this.#remember(pointer, value, place, String(tokens[0]));
  }

  /** The schemas of a keyword whose value is a list of schemas. */
  list(place: Place, keyword: string): Place[] {
    const value = keywords(place)[keyword];
    if (value === undefined) return [];
    if (!Array.isArray(value)) throw refuse(place, keyword, "must be a list of schemas");
    return value.map((_, index) => this.below(place, keyword, index));
  }

  /** The schemas of a keyword whose value is an object of schemas. */
  named(place: Place, keyword: string): Map<string, Place> {
    const value = keywords(place)[keyword];
    if (value === undefined) return new Map();
    if (!isJsonObject(value)) throw refuse(place, keyword, "must be an object of schemas");
    return new Map(Object.keys(value).map((name) => [name, this.below(place, keyword, name)]));
  }

  /** The target of a `$ref`. @throws {EngineError} 400 unless it is in this document. */
  target(place: Place, ref: string): Place {
    if (ref === "#" || ref === this.#root["$id"]) return this.root;
    const tokens = pointerTokens(ref);
    if (!tokens)
      throw refuse(place, "$ref", `does not lead into this schema: ${JSON.stringify(ref)}`);
    const pointer = tokens.map((token) => `/${escapeToken(token)}`).join("");
    const known = this.#places.get(pointer);
    if (known) return known;
    const value = tokens.reduce<Json | undefined>(member, this.#root as Json);
    if (value === undefined) throw refuse(place, "$ref", `finds nothing at ${JSON.stringify(ref)}`);
    return this.#remember(pointer, value, place, "$ref");
  }

  #remember(pointer: string, value: Json | undefined, from: Place, keyword: string): Place {
    if (typeof value !== "boolean" && !isJsonObject(value)) {
      throw refuse(from, keyword, "must lead to a schema, which is an object, true or false");
    }
    const place = { schema: value, pointer };
    this.#places.set(pointer, place);
    return place;
  }
}

function member(value: Json | undefined, token: string | number): Json | undefined {
  if (Array.isArray(value)) return value[Number(token)];
  return isJsonObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

const escapeToken = (token: string | number): string =>
  String(token).replaceAll("~", "~0").replaceAll("/", "~1");

function pointerTokens(ref: string): string[] | undefined {
  if (!ref.startsWith("#/")) return undefined;
  try {
    const tokens = decodeURIComponent(ref.slice(2)).split("/");
    return tokens.map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
  } catch {
    return undefined;
  }
}

/** Counts without recursion: a schema that is nested too deep must not exhaust the stack. */
function checkSize(root: Place): void {
  let count = 0;
  let text = 0;
  let level: Json[] = [keywords(root)];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MAX_DEPTH)
      throw refuse(root, "schema", `is nested deeper than ${MAX_DEPTH} levels`);
    const next: Json[] = [];
    for (const value of level) {
      count += 1;
      if (typeof value === "string") text += value.length;
      if (typeof value !== "object" || value === null) continue;
      for (const key of Array.isArray(value) ? [] : Object.keys(value)) text += key.length;
      for (const item of Object.values(value)) next.push(item);
    }
    if (count + next.length > MAX_VALUES) {
      throw refuse(root, "schema", `holds more than ${MAX_VALUES} values`);
    }
    if (text > MAX_TEXT) throw refuse(root, "schema", `holds more than ${MAX_TEXT} characters`);
    level = next;
  }
}
