import { afterAll, beforeAll, describe } from "vitest";
import { type ClientWorld, startClientWorld } from "../../support/client-world.ts";
import { describeAiSdk } from "./ai-sdk.ts";
import { describeOllamaInference } from "./ollama-js.inference.ts";
import { describeOllamaModels } from "./ollama-js.models.ts";
import { describeOpenAI } from "./openai-js.ts";

describe.skipIf(process.env["TEST_NO_MODEL"])("JavaScript's", () => {
  let world: ClientWorld;

  beforeAll(async () => {
    world = await startClientWorld();
  });
  afterAll(() => world?.stop());

  describeOllamaInference(() => world);
  describeOpenAI(() => world);
  describeAiSdk(() => world);
  describeOllamaModels(() => world);
});
