import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { expect } from "vitest";
import { allCommands } from "../../src/cli/catalog.ts";
import type { JsonShape } from "../../src/cli/command.ts";
import { documentedAnswers } from "./documented-answers.ts";

const DOCUMENT = new URL("../../docs/openapi.json", import.meta.url);

/**
 * Expects that what a command has written with `--json` has the shape that it declares.
 * @param words the command's name, as `models pull`
 * @returns what it wrote; of a command that writes line by line, all lines
 */
export async function expectShape(words: string, stdout: string): Promise<unknown> {
  const named = allCommands().find((command) => command.words.join(" ") === words);
  expect(named, `no command ${words}`).toBeDefined();
  const command = await named?.entry.load();
  const shape = command?.json ?? { schema: { not: {} } };
  const texts = shape.lines ? stdout.split("\n").filter((line) => line !== "") : [stdout];
  for (const text of texts) expect(wrongWith(text, shape), text).toBeUndefined();
  const values = texts.map((text) => JSON.parse(text) as unknown);
  return shape.lines ? values : values[0];
}

function wrongWith(text: string, shape: JsonShape): string | undefined {
  if ("operation" in shape) return wrongWithAnswer(text, shape);
  // The document's schemas have examples and formats beside what they say.
  const ajv = new Ajv2020({ allErrors: true, strict: false, logger: false, validateSchema: false });
  addFormats.default(ajv);
  ajv.addSchema(JSON.parse(readFileSync(DOCUMENT, "utf8")) as object, "openapi.json");
  return ajv.validate(shape.schema, JSON.parse(text)) ? undefined : ajv.errorsText();
}

/** What is wrong with the answer of a route, or with a part of its stream. */
function wrongWithAnswer(
  text: string,
  { operation, lines }: { operation: string; lines?: true },
): string | undefined {
  const { paths } = JSON.parse(readFileSync(DOCUMENT, "utf8")) as {
    paths: Record<string, Record<string, { operationId: string; responses: Responses }>>;
  };
  const found = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, is]) => ({ path, method, is })),
    )
    .find(({ is }) => is.operationId === operation);
  if (!found) return `docs/openapi.json has no ${operation}`;
  const types = Object.keys(found.is.responses["200"]?.content ?? {});
  const type = types.find((name) => (name === "application/json") !== (lines ?? false)) ?? "";
  const check = documentedAnswers().check({
    method: found.method.toUpperCase(),
    path: found.path.replaceAll(/\{\w+\}/g, "x"),
    status: 200,
    type,
  });
  return check.head ?? (lines ? check.part(text) : check.body(text));
}

type Responses = Record<string, { content?: Record<string, unknown> }>;
