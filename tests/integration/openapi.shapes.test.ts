import { readFile } from "node:fs/promises";
import { join } from "node:path";
import addFormats from "ajv-formats";
import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { expect, it } from "vitest";
import { projectRoot } from "../../src/runtime/paths.ts";
import { startService } from "../support/service.ts";

type Schema = Record<string, unknown>;
interface Content {
  schema: Schema;
  examples?: Record<string, { value: unknown }>;
}
interface Operation {
  operationId: string;
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, { content?: Record<string, Content> }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema> };
}

/** The service serves it as it is written here (openapi.test.ts). */
const document = JSON.parse(
  await readFile(join(projectRoot, "docs/openapi.json"), "utf8"),
) as Document;

// OpenAPI's own words beside those of JSON Schema.
const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addSchema({ $id: "document", ...document });
const compiled = new Map<string, ValidateFunction>();

/** Checks values against a schema of the document's. */
function validatorOf(schema: Schema): ValidateFunction {
  const text = JSON.stringify(schema).replaceAll('"#/', '"document#/');
  const known = compiled.get(text) ?? ajv.compile(JSON.parse(text) as Schema);
  compiled.set(text, known);
  return known;
}

const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));

/** All schemas in a value, with the names on the way to each. */
function* schemasIn(value: unknown, path: string[] = []): Generator<[string[], Schema]> {
  if (typeof value !== "object" || value === null) return;
  yield [path, value as Schema];
  for (const [name, inner] of Object.entries(value)) {
    if (name !== "example" && name !== "examples") yield* schemasIn(inner, [...path, name]);
  }
}

/** JSON Schemas, options of Ollama's, and what is taken and ignored. */
const OPEN_BY_NATURE = new Set([
  ...["format", "guided_json", "json_schema", "schema", "parameters"],
  ...["options", "config", "extra_body", "metadata", "input_schema"],
]);

it("has no object of any shape but where that is its nature, which it says", () => {
  const open = [...schemasIn(document.components.schemas)].filter(
    ([, { type, properties, additionalProperties }]) =>
      [type].flat().includes("object") &&
      !properties &&
      Object.keys(additionalProperties ?? {}).length === 0,
  );
  expect(open.length).toBeGreaterThan(0);
  for (const [path] of open) {
    const end = path.lastIndexOf("properties") + 2;
    expect(OPEN_BY_NATURE, path.join(".")).toContain(path[end - 1]);
    const field = path
      .slice(0, end)
      .reduce<unknown>((inner, name) => (inner as Schema)[name], document.components.schemas);
    expect(field, path.join(".")).toHaveProperty("description");
  }
});

it("has examples that its own schemas take", () => {
  const wrong: unknown[] = [];
  const check = (name: string, schema: Schema, value: unknown): void => {
    const validate = validatorOf(schema);
    if (!validate(value)) wrong.push([name, validate.errors]);
  };
  for (const [name, { example }] of Object.entries(document.components.schemas)) {
    if (example === undefined) continue;
    check(name, { $ref: `#/components/schemas/${name}` }, example);
  }
  for (const { operationId, responses } of operations) {
    for (const [status, { content }] of Object.entries(responses)) {
      const { schema = {}, examples = {} } = content?.["application/json"] ?? {};
      for (const [name, { value }] of Object.entries(examples)) {
        check(`${operationId} ${status} ${name}`, schema, value);
      }
    }
  }
  expect(wrong).toEqual([]);
});

it("shows a request of every route that takes a body", () => {
  const withBody = operations.filter(({ requestBody }) => requestBody);
  expect(withBody.length).toBeGreaterThan(0);
  for (const { operationId, requestBody } of withBody) {
    const { schema = {} } = requestBody?.content["application/json"] ?? {};
    for (const { $ref } of [schema["oneOf"] ?? schema].flat() as { $ref: string }[]) {
      const shown = document.components.schemas[$ref.split("/").at(-1) ?? ""];
      expect(shown, `${operationId}: ${$ref}`).toHaveProperty("example");
    }
  }
});

const messages = [{ role: "user", content: "hi" }];

it.each([
  {
    path: "/api/v1/embeddings",
    taken: [
      { prompt: "a" },
      { prompts: ["a"], truncate: false },
      { input: "a", encoding_format: "base64" },
      { input: ["a", "b"] },
    ],
    refused: [
      {},
      { prompt: null },
      { prompts: [] },
      { prompt: "a", prompts: ["b"] },
      { prompt: "a", input: "b" },
      { prompts: ["a"], input: "b" },
    ],
  },
  {
    path: "/api/v1/embeddings/similarity",
    taken: [
      { query: "a", documents: ["b", [1, 3]] },
      { query: [1, 2], documents: [[1, 3]] },
    ],
    refused: [{ documents: ["a"] }, { query: "a", documents: [] }, { query: [], documents: ["a"] }],
  },
  {
    path: "/api/v1/generate",
    taken: [
      { model: "fake", prompt: "a" },
      { model: "fake", messages },
      { model: "fake", prompt: "a", messages },
    ],
    refused: [
      { model: "fake" },
      { model: "fake", prompt: null },
      { model: "fake", messages: [] },
      { model: "fake", messages: null },
    ],
  },
  { path: "/api/v1/chat", taken: [{ model: "fake", messages }], refused: [{ messages: [] }] },
  {
    path: "/api/v1/chat/completions",
    taken: [{ model: "fake", messages }],
    refused: [{ messages: [] }],
  },
  {
    path: "/api/v1/responses",
    taken: [
      { model: "fake", input: "hi" },
      { model: "fake", input: [{ type: "message", role: "user", content: "hi" }] },
    ],
    refused: [{}, { input: [] }, { model: "fake", input: "hi", tools: [{ type: "web_search" }] }],
  },
  {
    path: "/api/v1/batch/chat",
    taken: [{ requests: [{ model: "fake", messages }] }],
    refused: [{ requests: [] }, {}],
  },
])("takes and refuses the bodies that $path takes and refuses", async (route) => {
  const { path, taken, refused } = route;
  const { gateway } = await startService({}, { embedding: () => [1, 0] });
  const { schema = {} } =
    document.paths[path]?.["post"]?.requestBody?.content["application/json"] ?? {};
  const validate = validatorOf(schema);
  for (const body of [...taken, ...refused]) {
    const fits = (taken as object[]).includes(body);
    const shown = JSON.stringify(body);
    expect(validate(body), `${shown} by the document`).toBe(fits);
    const { status } = await gateway.post(path, body);
    expect(fits ? [200] : [400, 422], shown).toContain(status);
  }
});
