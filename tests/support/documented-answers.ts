import { readFileSync } from "node:fs";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

/** The parts of an OpenAPI document that say what is answered. */
interface AnswersDocument {
  paths: Record<string, Record<string, DocumentedOperation>>;
}

interface DocumentedOperation {
  responses: Record<string, DocumentedResponse>;
}

interface DocumentedResponse {
  description: string;
  content?: Record<string, { schema: { contentSchema?: object } }>;
}

/** An answer's head, as a client sees it. */
export interface AnswerHead {
  method: string;
  /** Decoded. */
  path: string;
  status: number;
  /** Without parameters; empty where there is none. */
  type: string;
}

/** What is wrong with an answer, and with what it brings; undefined for nothing. */
export interface AnswerCheck {
  head: string | undefined;
  /** The whole body. */
  body: (text: string) => string | undefined;
  /** One event's data, or one line, of a stream. */
  part: (text: string) => string | undefined;
}

const FILE = new URL("../../docs/openapi.json", import.meta.url);

let answers: DocumentedAnswers | undefined;

/** Checks answers against docs/openapi.json; one for all test files of a process. */
export function documentedAnswers(): DocumentedAnswers {
  answers ??= new DocumentedAnswers(JSON.parse(readFileSync(FILE, "utf8")) as AnswersDocument);
  return answers;
}

type Validate = (text: string) => string | undefined;

const ID = "document";
const JSON_TYPE = "application/json";
/** Files, which have neither a shape nor parts. */
const FILE_TYPES = new Set(["text/csv", "application/vnd.apache.parquet"]);

/**
 * What stands outside the document's operations:
 *
 * | Request                          | Answer                                                  |
 * | -------------------------------- | ------------------------------------------------------- |
 * | a path that no operation has     | 404, in the service's own form of errors                |
 * | a method that the path lacks     | 405, in the form of errors that the path has            |
 * | OPTIONS                          | 204 without a body, else as any method                  |
 * | HEAD                             | as GET, without the body                                |
 * | either, refused before its path  | 400, 403, 413, 503, in the same form                    |
 */
const OUTSIDE = {
  unknownPath: 404,
  otherMethod: 405,
  preflight: 204,
  refused: [400, 403, 413, 503],
};

/** Checks answers against an OpenAPI document. Each schema is compiled when it is first met. */
class DocumentedAnswers {
  readonly #document: AnswersDocument;
  readonly #templates: { path: string; pattern: RegExp }[];
  readonly #ajv = new Ajv2020({ strict: false, logger: false, validateSchema: false });
  readonly #validators = new Map<string, ValidateFunction>();

  constructor(document: AnswersDocument) {
    this.#document = document;
    addFormats.default(this.#ajv);
    this.#ajv.addSchema(JSON.parse(JSON.stringify(document), closed) as object, ID);
    this.#templates = Object.keys(document.paths).map((path) => ({ path, pattern: pattern(path) }));
    // The service's own order: a name may hold slashes, so what says more goes first.
    const parameters = (path: string): number => path.split("{").length;
    this.#templates.sort(
      (a, b) => parameters(a.path) - parameters(b.path) || b.path.length - a.path.length,
    );
  }

  /** How an answer is to be looked at. */
  check({ method, path, status, type }: AnswerHead): AnswerCheck {
    const template = this.#templates.find(({ pattern }) => pattern.test(path))?.path;
    const operations = template === undefined ? undefined : this.#document.paths[template];
    const verb = (method === "HEAD" ? "get" : method).toLowerCase();
    const operation = operations?.[verb];
    if (template === undefined || !operation) return this.#outside(template, method, status, type);
    const response = operation.responses[status];
    if (!response) return differs(`the document has no status ${status} here`);
    const media = response.content?.[type];
    if (!media) return differs(`the document has no '${type}' with status ${status}`);
    const at = ["paths", template, verb, "responses", String(status), "content", type, "schema"];
    if (method === "HEAD" || FILE_TYPES.has(type)) return FITS;
    if (type === JSON_TYPE) {
      return { ...FITS, body: this.#fits(at, status < 400 ? undefined : response.description) };
    }
    if (!media.schema.contentSchema) return differs(`the document has no schema for its parts`);
    return { ...FITS, part: this.#fits([...at, "contentSchema", "items"]) };
  }

  #outside(
    template: string | undefined,
    method: string,
    status: number,
    type: string,
  ): AnswerCheck {
    if (method === "OPTIONS" && status === OUTSIDE.preflight) {
      return type === "" ? FITS : differs("a preflight has no body");
    }
    const expected = template === undefined ? OUTSIDE.unknownPath : OUTSIDE.otherMethod;
    if (![expected, ...OUTSIDE.refused].includes(status)) {
      const what = template === undefined ? "a path" : "a method";
      return differs(`${status}, where ${what} that the document lacks is ${expected}`);
    }
    if (type !== JSON_TYPE) return differs(`an error as '${type}'`);
    if (method === "HEAD") return FITS;
    return { ...FITS, body: this.#fits(this.#errorOf(template)) };
  }

  /** Where the form of a path's errors is: all its operations have the same. */
  #errorOf(template: string | undefined): string[] {
    const [verb] = Object.keys(this.#document.paths[template ?? ""] ?? {});
    if (template === undefined || verb === undefined) return ["components", "schemas", "Error"];
    return ["paths", template, verb, "responses", "403", "content", JSON_TYPE, "schema"];
  }

  /** @param told the words of an error's description, which name each code it may have. */
  #fits(at: string[], told?: string): Validate {
    const pointer = at.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/");
    let validate = this.#validators.get(pointer);
    if (!validate) {
      validate = this.#ajv.compile({ $ref: `${ID}#/${pointer}` });
      this.#validators.set(pointer, validate);
    }
    const compiled = validate;
    return (text) => differenceOf(text, compiled, this.#ajv) ?? codeUntold(text, told);
  }
}

const FITS: AnswerCheck = { head: undefined, body: () => undefined, part: () => undefined };

function differs(head: string): AnswerCheck {
  return { ...FITS, head };
}

/** An object has the fields that the document names, unless that leaves room for others. */
function closed(_key: string, value: unknown): unknown {
  const isObject = typeof value === "object" && value !== null;
  if (!isObject || !("properties" in value) || "additionalProperties" in value) return value;
  return { ...value, additionalProperties: false };
}

function pattern(path: string): RegExp {
  const parts = path.split(/\{\w+\}/).map((part) => part.replaceAll(/[.*+?^$()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${parts.join(".+")}$`);
}

function differenceOf(text: string, validate: ValidateFunction, ajv: Ajv2020): string | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return `no JSON: ${shown(text)}`;
  }
  if (validate(value)) return undefined;
  return `${ajv.errorsText(validate.errors, { dataVar: "body" })}: ${shown(text)}`;
}

function codeUntold(text: string, told: string | undefined): string | undefined {
  if (told === undefined) return undefined;
  const body = JSON.parse(text) as { code?: string; error: { code?: string } };
  const code = body.code ?? body.error.code;
  return told.includes(`\`${code}\``) ? undefined : `the document does not name the code ${code}`;
}

function shown(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}
