import { describe, expect, it } from "vitest";
import { ANSWER_ROUTES, askAt, type Outcome } from "../support/answer-routes.ts";
import { startVision } from "../support/vision-service.ts";

const schema = { type: "object", properties: { a: { type: "number" } }, required: ["a"] };
const text = JSON.stringify(schema);
const wrapped = { name: "x", schema, strict: true };
const jsonSchema = (value: unknown) => ({
  response_format: { type: "json_schema", json_schema: value },
});

/** What the inference server is sent as `format`, or where the refusal says that the fault is. */
type Expected = { used: unknown } | { refused: string };

const nothing: Expected = { used: undefined };
const used = (format: unknown): Expected => ({ used: format });
const refused = (path: string): Expected => ({ refused: path });

/** Every way in which clients say what form an answer is to have. */
const SPELLINGS: [string, Record<string, unknown>, Expected][] = [
  ["nothing", {}, nothing],

  ["format null", { format: null }, nothing],
  ["format of no letters", { format: "" }, nothing],
  ["format json", { format: "json" }, used("json")],
  ["format, a schema", { format: schema }, used(schema)],
  ["format, any value", { format: {} }, used({})],
  ["format, a schema as text", { format: text }, used(schema)],
  ["format, wrapped", { format: wrapped }, used(schema)],
  ["format, half wrapped", { format: { schema } }, used(schema)],
  ["format, as response_format", { format: jsonSchema(wrapped).response_format }, used(schema)],
  ["format true", { format: true }, refused("format")],
  ["format, a word", { format: "xml" }, refused("format")],
  ["format, a type of another field", { format: { type: "json_object" } }, refused("format.type")],

  ["response_format null", { response_format: null }, nothing],
  ["response_format text", { response_format: { type: "text" } }, nothing],
  ["response_format json_object", { response_format: { type: "json_object" } }, used("json")],
  [
    "response_format json_object with a schema",
    { response_format: { type: "json_object", schema } },
    used(schema),
  ],
  [
    "response_format text with a schema",
    { response_format: { type: "text", json_schema: wrapped } },
    refused("response_format.json_schema"),
  ],
  ["response_format, a word", { response_format: "json" }, refused("response_format")],
  ["response_format true", { response_format: true }, refused("response_format")],
  [
    "response_format without type",
    { response_format: { json_schema: wrapped } },
    refused("response_format.type"),
  ],
  ["json_schema", jsonSchema(wrapped), used(schema)],
  ["json_schema without name", jsonSchema({ schema }), used(schema)],
  ["json_schema, strict without name", jsonSchema({ strict: true, schema }), used(schema)],
  ["json_schema, bare", jsonSchema(schema), used(schema)],
  ["json_schema as text", jsonSchema(text), used(schema)],
  ["json_schema with the schema as text", jsonSchema({ ...wrapped, schema: text }), used(schema)],
  [
    "json_schema, flat as in OpenAI's responses",
    { response_format: { type: "json_schema", ...wrapped } },
    used(schema),
  ],
  [
    "json_schema missing",
    { response_format: { type: "json_schema" } },
    refused("response_format.json_schema"),
  ],
  ["json_schema null", jsonSchema(null), refused("response_format.json_schema")],
  ["json_schema true", jsonSchema(true), refused("response_format.json_schema")],
  ["json_schema, a word", jsonSchema("x"), refused("response_format.json_schema")],
  ["json_schema, a list", jsonSchema([schema]), refused("response_format.json_schema")],
  [
    "json_schema with a name only",
    jsonSchema({ name: "x", strict: true }),
    refused("response_format.json_schema.schema"),
  ],
  [
    "json_schema with schema null",
    jsonSchema({ name: "x", schema: null }),
    refused("response_format.json_schema.schema"),
  ],
  [
    "json_schema with schema true",
    jsonSchema({ schema: true }),
    refused("response_format.json_schema.schema"),
  ],

  ["guided_json null", { guided_json: null }, nothing],
  ["guided_json", { guided_json: schema }, used(schema)],
  ["guided_json as text", { guided_json: text }, used(schema)],
  ["guided_json, half wrapped", { guided_json: { schema } }, used(schema)],
  ["guided_json, wrapped", { guided_json: wrapped }, used(schema)],
  ["guided_json true", { guided_json: true }, refused("guided_json")],
  ["guided_json, a number", { guided_json: 7 }, refused("guided_json")],
  ["guided_json, a word", { guided_json: "json" }, refused("guided_json")],
  [
    "guided_json with schema null",
    { guided_json: { schema: null } },
    refused("guided_json.schema"),
  ],

  [
    "response_format over guided_json over format",
    { response_format: { type: "json_object" }, guided_json: schema, format: schema },
    used("json"),
  ],
  ["guided_json over format", { guided_json: schema, format: "json" }, used(schema)],
];

/** What other servers have; native routes know no such fields, OpenAI's name their place. */
const NOT_OFFERED: [Record<string, unknown>, RegExp][] = [
  [{ guided_choice: ["a"] }, /guided_choice/],
  [{ guided_regex: "a+" }, /guided_regex/],
  [{ guided_grammar: "root ::= x" }, /guided_grammar/],
  [{ structured_outputs: { json: schema } }, /structured_outputs/],
  [{ grammar: "root ::= x" }, /grammar/],
  [{ json_schema: schema }, /json_schema/],
  [{ extra_body: { guided_json: schema } }, /extra_body/],
  [{ extra_body: { structured_outputs: { json: schema } } }, /extra_body/],
];

describe.each(ANSWER_ROUTES)("$path", (route) => {
  it("uses each spelling of a format, or says what is wrong with it", async () => {
    // What is strict is checked, too.
    const fake = { reply: () => Promise.resolve(['{"a":1}']) };
    const service = await startVision({ RATE_LIMIT_ENABLED: "false" }, fake);
    const outcomes: [string, Expected][] = [];
    for (const [name, fields] of SPELLINGS) {
      outcomes.push([name, seen(await askAt(route, service, fields))]);
    }
    expect(outcomes).toEqual(SPELLINGS.map(([name, _fields, expected]) => [name, expected]));
  });

  it("refuses what asks for a form in a way that is not offered", async () => {
    const service = await startVision({ RATE_LIMIT_ENABLED: "false" });
    for (const [fields, says] of NOT_OFFERED) {
      expect(await askAt(route, service, fields)).toEqual({
        code: "validation_error",
        says: expect.stringMatching(says) as string,
      });
    }
  });
});

function seen(outcome: Outcome): Expected {
  if ("sent" in outcome) return used(outcome.sent["format"]);
  expect(outcome.code).toBe("validation_error");
  return refused(outcome.says.split(":")[0] ?? "");
}
