import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asCompleted } from "../../src/runtime/as-completed.ts";
import { EXAMPLES, type Example, validator } from "../support/json-schema.ts";
import { startRealService, type RealService } from "../support/real-service.ts";
import { babblingModel } from "../support/scripted-model.ts";
import { storeModel } from "../support/stored-model.ts";

/** Small, so that an answer in which the model goes round in circles is closed soon. */
const CONTEXT = 192;

interface Answered {
  status: number;
  text?: string;
  error?: string;
  code?: string;
  schema_errors?: { path: string; message: string }[];
}

/** The engine with a model that writes whatever it is let. */
describe("answers held to a schema, on real inference", () => {
  let service: RealService;
  let store: string;

  beforeAll(async () => {
    store = await mkdtemp(join(tmpdir(), "shared-ollama-store-"));
    await storeModel(store, { name: "babbler", weights: babblingModel(5) });
    service = await startRealService({ OLLAMA_MODELS: store, AUTO_PULL: "false" });
  });
  afterAll(async () => {
    await service.stop();
    await rm(store, { recursive: true, force: true });
  });

  const ask = async (schema: unknown, temperature: number): Promise<Answered> => {
    const answer = await fetch(`${service.url}/api/v1/generate`, {
      method: "POST",
      headers: { "X-Shared-Ollama-Cache": "off" },
      body: JSON.stringify({
        model: "babbler",
        prompt: "Write JSON.",
        response_format: { type: "json_schema", json_schema: { name: "x", strict: true, schema } },
        options: { temperature, seed: 5, num_ctx: CONTEXT },
      }),
    });
    return { ...((await answer.json()) as object), status: answer.status };
  };

  /** What is wrong with what was answered; undefined where nothing is. */
  const problemOf = (example: Example, answered: Answered): string | undefined => {
    const { status, text = "", code, error = "", schema_errors: faults = [] } = answered;
    if (status === 200) return validator(example)(JSON.parse(text));
    if (status === 502 && code === "schema_mismatch" && faults.length > 0) return undefined;
    if (status === 400 && code === "invalid_request" && error.includes("#/")) return undefined;
    return JSON.stringify(answered);
  };

  it.each([0, 1])(
    "are valid, or refused with the place, for every schema at temperature %d",
    async (temperature) => {
      const problems: [string, string][] = [];
      const statuses: number[] = [];
      const asked = (index: number) => ask(EXAMPLES[index]?.schema, temperature);
      for await (const { index, value } of asCompleted(EXAMPLES.length, 2, asked)) {
        const example = EXAMPLES[index] as Example;
        const problem = problemOf(example, value);
        if (problem !== undefined) problems.push([example.name, problem]);
        statuses.push(value.status);
      }
      expect(problems).toEqual([]);
      expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(50);
    },
  );

  it("are refused where the engine cannot hold the model to the schema, with the place", async () => {
    const schema = { type: "object", properties: { a: { not: { type: "string" } } } };
    expect(await ask(schema, 0)).toMatchObject({
      status: 400,
      code: "invalid_request",
      error: expect.stringContaining("#/properties/a") as string,
    });
  });
});
