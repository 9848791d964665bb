import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

export type Schema = { readonly [keyword: string]: unknown };

/** A schema as a tool writes it, with answers that fit and answers that do not. */
export type Example = {
  readonly name: string;
  readonly schema: Schema;
  /** The same for validators, where it is written in a dialect they have left behind. */
  readonly modern?: Schema;
  readonly valid: readonly unknown[];
  readonly invalid: readonly unknown[];
};

const FOLDER = new URL("../fixtures/schemas/", import.meta.url);

const OPTIONS = { strict: false, logger: false } as const;

/** Schemas as Pydantic, zod and OpenAPI documents write them. */
export const EXAMPLES: readonly Example[] = ["pydantic", "zod", "openapi"].flatMap((name) => {
  const text = readFileSync(new URL(`${name}.json`, FOLDER), "utf8");
  return (JSON.parse(text) as Example[]).map((example) => ({
    ...example,
    name: `${name}: ${example.name}`,
  }));
});

/** One for all schemas: each new one would compile the schema of schemas again. */
const validators = { old: new Ajv(OPTIONS), modern: new Ajv2020(OPTIONS) };
for (const ajv of Object.values(validators)) addFormats.default(ajv);

/** Says what is wrong with a value, `undefined` when nothing is. */
export function validator({ schema, modern = schema }: Pick<Example, "schema" | "modern">) {
  const old = modern["$schema"] === "http://json-schema.org/draft-07/schema#";
  const ajv = old ? validators.old : validators.modern;
  const validate = ajv.compile(modern);
  // Nor may it know the names of schemas before this one.
  ajv.removeSchema(modern);
  return (value: unknown): string | undefined =>
    validate(value) ? undefined : ajv.errorsText(validate.errors);
}
