import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import OpenAI from "openai";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  EXAMPLES,
  type Example,
  type Schema,
  validator,
} from "../../../tests/support/json-schema.ts";
import { babblingModel } from "../../../tests/support/scripted-model.ts";
import { shareTextModel, storeModel } from "../../../tests/support/stored-model.ts";
import {
  MODELS_DIR,
  type RunningEngine,
  TEXT_MODEL,
  ensureTextModel,
  startEngine,
} from "./engine-process.ts";

const BABBLER = "babbler";

/** Small, so that an answer in which the model goes round in circles is closed soon. */
const CONTEXT = 192;

/** What the text model is asked, too: it takes a hundred times as long and says what is likely. */
const ALSO_OF_TEXT_MODEL = ["pydantic: strict flags", "zod: row", "openapi: pet"];

let engine: RunningEngine;
let store: string;

beforeAll(async () => {
  store = await mkdtemp(join(tmpdir(), "engine-schema-"));
  if (!process.env["TEST_NO_MODEL"]) await shareTextModel(MODELS_DIR, store);
  await storeModel(store, { name: BABBLER, weights: babblingModel(5) });
  engine = await startEngine({ OLLAMA_MODELS: store });
  await ensureTextModel(engine);
}, 300_000);
afterAll(async () => {
  await engine.stop();
  await rm(store, { recursive: true, force: true });
});

type Generated = { response: string; done_reason: string; error?: string };

type Asked = { prompt: string; format: Schema; model?: string; options?: Record<string, unknown> };

const generate = async (asked: Asked) => {
  const body = { model: BABBLER, stream: false, ...asked };
  const answer = await engine.post("/api/generate", body);
  return { status: answer.status, ...((await answer.json()) as Generated) };
};

describe("an answer held to a JSON Schema", () => {
  const isSound = async (model: string, temperature: number, example: Example) => {
    const prompt = `Write JSON with data of one ${example.name.replace(/^.*: /, "")}.`;
    const options = { temperature, seed: 5, num_ctx: CONTEXT };
    const { response, done_reason } = await generate({
      model,
      prompt,
      format: example.schema,
      options,
    });
    expect(done_reason).toBe("stop");
    const problem = validator(example)(JSON.parse(response));
    expect([response, problem]).toEqual([response, undefined]);
  };

  // Without chance answers differ only in how often they go in circles.
  it.each(EXAMPLES)(
    "is valid and ends by itself, with chance and without: $name",
    async (example) => {
      await Promise.all([1, 0].map((temperature) => isSound(BABBLER, temperature, example)));
    },
  );

  it.each(EXAMPLES.filter(({ name }) => ALSO_OF_TEXT_MODEL.includes(name)))(
    "is valid and ends by itself where a real model writes it: $name",
    (example) => isSound(TEXT_MODEL, 1, example),
  );

  it("is closed rightly where the model goes round in circles", async () => {
    const schema = {
      type: "object",
      properties: { text: { type: "string" }, count: { type: "integer", minimum: 3, maximum: 9 } },
      required: ["text", "count"],
    };
    // Which model it is does not matter: either the answer ends or the engine ends it.
    const body = {
      model: BABBLER,
      prompt: '{"text": "x x x x x x x x x x x x x x x x x x x x x x x x x x x x x x',
      raw: true,
      format: schema,
      options: { temperature: 0, repeat_penalty: 1, num_ctx: CONTEXT },
      stream: false,
    };
    const answer = (await (await engine.post("/api/generate", body)).json()) as Generated;
    expect(answer.done_reason).toBe("stop");
    expect(validator({ schema })(JSON.parse(answer.response))).toBeUndefined();
  });

  it("comes in OpenAI's dialect, too", async () => {
    const client = new OpenAI({ baseURL: `${engine.url}/v1`, apiKey: "none" });
    const schema = {
      type: "object",
      properties: { city: { enum: ["Rome", "Oslo"] }, since: { type: "string", format: "date" } },
      required: ["city", "since"],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.create({
      model: BABBLER,
      messages: [{ role: "user", content: "Name a city." }],
      response_format: { type: "json_schema", json_schema: { name: "city", strict: true, schema } },
    });
    const [choice] = choices;
    expect(choice?.finish_reason).toBe("stop");
    expect(validator({ schema })(JSON.parse(choice?.message.content ?? ""))).toBeUndefined();
  });
});

describe("a schema that cannot be enforced", () => {
  const schema = { type: "object", properties: { a: { not: { type: "string" } } } };
  const message = 'invalid JSON schema in format: #/properties/a: "not" cannot be enforced';

  it("is refused with its place and keyword", async () => {
    const { status, error } = await generate({ prompt: "Hi.", format: schema });
    expect([status, error]).toEqual([400, expect.stringContaining(message)]);
  });

  it("is refused in OpenAI's shape", async () => {
    const answer = await engine.post("/v1/chat/completions", {
      model: BABBLER,
      messages: [{ role: "user", content: "Hi." }],
      response_format: { type: "json_schema", json_schema: { name: "a", schema } },
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      error: { message: expect.stringContaining(message) as string },
    });
  });
});
