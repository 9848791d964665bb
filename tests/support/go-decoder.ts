/** What Ollama's handlers have after they have decoded a body, as far as tests compare with it. */
export interface GoRequest {
  model: string;
  images: string[];
  messages: { images: string[]; content: unknown }[];
  options: Map<string, unknown>;
}

/** A JSON object with its fields as they stand there: a name may be there more than once. */
type Fields = [string, GoValue][];
type GoValue = { object: Fields } | { list: GoValue[] } | string | number | boolean | null;

/**
 * Decodes the first value of a body as `json.NewDecoder(body).Decode(&request)` does (Go 1.24,
 * encoding/json). @returns undefined where that is an error, which Ollama answers with 400.
 */
export function goDecode(body: Buffer): GoRequest | undefined {
  const request: GoRequest = { model: "", images: [], messages: [], options: new Map() };
  try {
    const value = new Reader(body.toString()).value();
    if (value === null) return request;
    if (!isFields(value)) return undefined;
    for (const [name, field] of value.object) decodeField(request, folded(name), field);
    return request;
  } catch {
    return undefined;
  }
}

function decodeField(request: GoRequest, name: string, value: GoValue): void {
  if (name === "model") {
    if (value !== null) request.model = textOf(value);
  } else if (name === "images") request.images = listOf(value).map(textOf);
  else if (name === "options") {
    // A map that is there is added to; null takes it away.
    if (value === null) request.options = new Map();
    else for (const [key, option] of fieldsOf(value)) request.options.set(key, option);
  } else if (name === "messages") {
    // Elements are read into what an earlier list has left in their places.
    const before = value === null ? [] : request.messages;
    request.messages = listOf(value).map((element, i) => {
      const message = before[i] ?? { images: [], content: undefined };
      for (const [key, field] of element === null ? [] : fieldsOf(element)) {
        if (folded(key) === "images") message.images = listOf(field).map(textOf);
        if (folded(key) === "content") message.content = field;
      }
      return message;
    });
  }
}

/** Go's `foldName`, for names of ASCII letters: with S and K go the long s and the Kelvin sign. */
function folded(name: string): string {
  const plain = name.replaceAll("\u017f", "s").replaceAll("\u212a", "k");
  return plain.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
}

function isFields(value: GoValue): value is { object: Fields } {
  return typeof value === "object" && value !== null && "object" in value;
}

function fieldsOf(value: GoValue): Fields {
  if (!isFields(value)) throw new SyntaxError("cannot unmarshal into a struct");
  return value.object;
}

function listOf(value: GoValue): GoValue[] {
  if (value === null) return [];
  if (typeof value === "object" && "list" in value) return value.list;
  throw new SyntaxError("cannot unmarshal into a slice");
}

function textOf(value: GoValue): string {
  if (typeof value !== "string") throw new SyntaxError("cannot unmarshal into a string");
  return value;
}

const TOKEN = /[\t\n\r ]*("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*|[a-z]+|[[\]{},:])/uy;

class Reader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): GoValue {
    const token = this.#next();
    if (token === "{") return { object: this.#fields() };
    if (token === "[") return { list: this.#items() };
    return JSON.parse(token) as GoValue;
  }

  #fields(): Fields {
    const fields: Fields = [];
    if (this.#takes("}")) return fields;
    for (;;) {
      const name = JSON.parse(this.#next()) as unknown;
      if (typeof name !== "string" || this.#next() !== ":") throw new SyntaxError("no field");
      fields.push([name, this.value()]);
      const after = this.#next();
      if (after === "}") return fields;
      if (after !== ",") throw new SyntaxError("no comma");
    }
  }

  #items(): GoValue[] {
    const items: GoValue[] = [];
    if (this.#takes("]")) return items;
    for (;;) {
      items.push(this.value());
      const after = this.#next();
      if (after === "]") return items;
      if (after !== ",") throw new SyntaxError("no comma");
    }
  }

  #takes(token: string): boolean {
    const before = this.#at;
    if (this.#next() === token) return true;
    this.#at = before;
    return false;
  }

  #next(): string {
    TOKEN.lastIndex = this.#at;
    const token = TOKEN.exec(this.#text)?.[1];
    if (token === undefined) throw new SyntaxError("unexpected end or character");
    this.#at = TOKEN.lastIndex;
    return token;
  }
}
