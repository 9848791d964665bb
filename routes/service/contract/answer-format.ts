import { z } from "@hono/zod-openapi";
import { ServiceError } from "../../../src/errors/service-error.ts";
import type { StrictSchema } from "../../../src/inference/answer-schema.ts";
import { mustCall } from "../../../src/dialects/tools.ts";
import { parseFlatJson } from "../../../src/runtime/parse-json.ts";
import { maybe, maybeNamed } from "./fields.ts";
import { boundedObject } from "./lists.ts";

type Schema = Record<string, unknown>;

/** A JSON Schema, what was said of it in its wrapper, and where in its field it stands. */
class GivenSchema {
  readonly schema: Schema;
  readonly strict: boolean | undefined;
  readonly path: readonly string[];

  constructor(schema: Schema, path: readonly string[] = [], strict?: boolean) {
    this.schema = schema;
    this.path = path;
    this.strict = strict;
  }
}

const SchemaText = z.string().transform((text, ctx): unknown => {
  try {
    return parseFlatJson(text);
  } catch {
    ctx.addIssue({ code: "custom", message: "the text is no JSON Schema" });
    return z.NEVER;
  }
});

const EITHER = [boundedObject(), SchemaText.pipe(boundedObject())] as const;
const SchemaOrText = z.union(EITHER);

/**
 * A JSON Schema, or the text of one. Clients put it into OpenAI's `{name, schema, strict}` or less
 * of that; a wrapper without a schema in it is refused, since it would ask for nothing.
 */
const schemaField = () => SchemaOrText.transform((given, ctx) => innermost(given, [], ctx));

/** What a schema may be wrapped in. */
const WRAPPERS = ["json_schema", "schema"];

function innermost(given: Schema, path: string[], ctx: z.RefinementCtx): GivenSchema {
  const refuse = (message: string, ...at: string[]): never => {
    ctx.addIssue({ code: "custom", path: [...path, ...at], message });
    return z.NEVER;
  };
  const wrapper = WRAPPERS.find((name) => isWrapped(given, name));
  if (wrapper !== undefined) {
    const inner = SchemaOrText.safeParse(given[wrapper]);
    if (inner.success) {
      const { strict } = given;
      if (typeof (strict ?? false) !== "boolean") return refuse("true or false", "strict");
      const found = innermost(inner.data, [...path, wrapper], ctx);
      const said = typeof strict === "boolean" ? strict : undefined;
      return new GivenSchema(found.schema, found.path, found.strict ?? said);
    }
    return refuse("a JSON Schema is needed: an object, or the text of one", wrapper);
  }
  const { type, name, strict } = given;
  if (typeof type === "string" && !TYPES.has(type)) {
    return refuse("is no type of JSON Schema", "type");
  }
  const isBare = isSchema(given) || (name === undefined && strict === undefined);
  const bare = new GivenSchema(given, path);
  return isBare ? bare : refuse("the JSON Schema is missing", "schema");
}

function isWrapped(given: Schema, name: string): boolean {
  if (!Object.hasOwn(given, name)) return false;
  // OpenAI's, whatever else stands in it.
  if (typeof given["name"] === "string" && typeof given[name] === "object") return true;
  return !isSchema(given);
}

const TYPES = new Set(["object", "array", "string", "number", "integer", "boolean", "null"]);

/** By one of these a schema is known that says nothing of its type. */
const KEYWORDS = ["properties", "items", "enum", "const", "$ref", "$defs", "definitions"].concat([
  "anyOf",
  "oneOf",
  "allOf",
]);

function isSchema(given: Schema): boolean {
  const { type } = given;
  if (typeof type === "string") return TYPES.has(type);
  return Array.isArray(type) || KEYWORDS.some((keyword) => Object.hasOwn(given, keyword));
}

export const ResponseFormat = z
  .object({
    type: z.enum(["text", "json_object", "json_schema"]),
    json_schema: maybe(schemaField()).openapi({
      description: "A JSON Schema in OpenAI's `{name, schema, strict}`, or alone",
    }),
    schema: maybe(schemaField()).openapi({ description: "The same under another name" }),
    strict: maybe(z.boolean()),
  })
  .superRefine(({ type, ...given }, ctx) => {
    const name = given.schema ? "schema" : "json_schema";
    if (type === "json_schema" && !given[name]) {
      ctx.addIssue({ code: "custom", path: [name], message: "needed for json_schema" });
    }
    if (type === "text" && given[name]) {
      ctx.addIssue({ code: "custom", path: [name], message: "is for json_schema, not for text" });
    }
  })
  .openapi("ResponseFormat", {
    description: "The type `json_schema` needs a schema, in one of the two fields; `text` has none",
    example: {
      type: "json_schema",
      json_schema: { name: "city", schema: { properties: { name: { type: "string" } } } },
    },
  });

/** The fields that say of what form an answer is to be. */
export const formatFields = {
  format: maybe(
    z
      .union([z.enum(["json", ""]), ...EITHER])
      .transform((given, ctx) => (typeof given === "string" ? given : innermost(given, [], ctx))),
  ).openapi({ description: "`json`, a JSON Schema, or the text of one" }),
  response_format: maybeNamed(ResponseFormat),
  guided_json: maybe(schemaField()).openapi({ description: "A JSON Schema, or the text of one" }),
  strict: maybe(z.boolean()).openapi({
    description:
      "The answer is checked against the schema: what does not hold is made once more, then refused with `schema_mismatch`; a stream says `schema_valid`. Wins over `strict` beside the schema",
  }),
};

export interface FormatFields {
  format?: string | Schema | GivenSchema | undefined;
  response_format?: z.infer<typeof ResponseFormat> | undefined;
  guided_json?: Schema | GivenSchema | undefined;
  strict?: boolean | undefined;
}

/** The form that is asked for, and the field that says so. */
interface Wanted {
  form: string | Schema | GivenSchema;
  strict?: boolean | undefined;
  field: string;
}

/** `response_format` wins over `guided_json`, that over `format` (contract §2.4). */
function wantedOf(input: FormatFields): Wanted | undefined {
  const { response_format: wanted, guided_json: guided, format } = input;
  if (wanted) {
    const { type, json_schema, schema, strict } = wanted;
    const field = "response_format";
    if (type === "text") return undefined;
    if (json_schema) return { form: json_schema, strict, field: `${field}.json_schema` };
    return schema ? { form: schema, strict, field: `${field}.schema` } : { form: "json", field };
  }
  if (guided) return { form: guided, field: "guided_json" };
  return format === undefined || format === "" ? undefined : { form: format, field: "format" };
}

/** Ollama's `format`. */
export function formatOf(input: FormatFields): string | Schema | undefined {
  const form = wantedOf(input)?.form;
  return form instanceof GivenSchema ? form.schema : form;
}

/** Any JSON: of an answer without a schema no more can be said. */
const ANY = new GivenSchema({});

/**
 * What the answer is to be held to; undefined where it is taken as it comes.
 * @throws ServiceError where `strict` is said of nothing.
 */
export function strictOf(
  input: FormatFields & Parameters<typeof mustCall>[0],
): StrictSchema | undefined {
  // A call has no text.
  if (mustCall(input)) return undefined;
  const wanted = wantedOf(input);
  if (!wanted) {
    if (!input.strict) return undefined;
    const message = "strict: a JSON Schema is needed, such as in format or response_format";
    throw new ServiceError("validation_error", message, { param: "strict" });
  }
  const { form } = wanted;
  const isGiven = form instanceof GivenSchema;
  const plain = typeof form === "object" && !isGiven ? new GivenSchema(form) : ANY;
  const { schema, strict, path } = isGiven ? form : plain;
  if (!(input.strict ?? strict ?? wanted.strict)) return undefined;
  return { schema, field: [wanted.field, ...path].join(".") };
}

/** Names under which other servers take a JSON Schema. */
const OTHER_NAMES = ["structured_outputs", "json_schema"];

/** What else they take to hold an answer to a form. */
const OTHER_FORMS = ["guided_regex", "guided_choice", "guided_grammar", "grammar"];

/**
 * Refuses what asks for a form under a name that is not acted on, where unknown fields are taken.
 * A schema in `extra_body` is there by mistake: OpenAI's clients put its fields into the body.
 */
export function refuseOtherFormats(body: Schema, ctx: z.RefinementCtx): void {
  const refuse = (fields: Schema, names: string[], path: string[] = []): void => {
    for (const name of names) {
      if (fields[name] === undefined || fields[name] === null) continue;
      const message = "is not acted on here: send a JSON Schema in response_format";
      ctx.addIssue({ code: "custom", path: [...path, name], message });
    }
  };
  refuse(body, [...OTHER_NAMES, ...OTHER_FORMS]);
  const { extra_body: extra } = body;
  if (typeof extra !== "object" || extra === null) return;
  refuse(extra as Schema, [...OTHER_NAMES, ...Object.keys(formatFields)], ["extra_body"]);
}
