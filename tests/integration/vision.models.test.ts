import { describe, expect, it } from "vitest";
import type { FakeOptions } from "../support/fake-ollama.ts";
import { photo } from "../support/image-files.ts";
import { bodiesTo, type RunningService } from "../support/service.ts";
import { nothingIsHeld } from "../support/through-gateway.ts";
import {
  about,
  expectVisionError,
  seenIn,
  startVision,
  VISION_PATHS,
} from "../support/vision-service.ts";

interface Case {
  env?: Record<string, string>;
  fake?: FakeOptions;
  /** Further fields of the request. */
  more?: object;
}

/** Asks about an image on each path, which is answered. @returns the models that were asked. */
async function modelsAsked({ env, fake, more }: Case): Promise<unknown[]> {
  const { gateway, ollama } = await startVision(env, fake);
  for (const path of VISION_PATHS) {
    const answer = await gateway.post(path, about(path, [await photo()], more));
    expect((await seenIn(answer)).images).toHaveLength(1);
  }
  return bodiesTo(ollama, "/api/chat").map(({ model }) => model);
}

/** Asks about an image on each path, and expects the same error. @returns what it says. */
async function refusal(
  { env, fake, more }: Case,
  expected: { status: number; code: string },
): Promise<string> {
  const service = await startVision(env, fake);
  const messages = new Set<string>();
  for (const path of VISION_PATHS) {
    const answer = await service.gateway.post(path, about(path, [await photo()], more));
    messages.add((await expectVisionError(path, answer, expected)).message);
  }
  await nothingWasAsked(service);
  expect(messages.size).toBe(1);
  return [...messages].join();
}

async function nothingWasAsked({ gateway, ollama }: RunningService): Promise<void> {
  expect(ollama.to("/api/chat")).toEqual([]);
  await nothingIsHeld({ gateway });
}

const SEVERAL = {
  models: ["owl:latest", "fake:latest", "hawk:7b"],
  vision: ["owl:latest", "hawk:7b"],
};
const BLIND = { models: ["fake:latest", "other:latest"], vision: [] };

const NOT_FOUND = { status: 404, code: "model_not_found" };
const REFUSED = { status: 400, code: "invalid_request" };

describe("the model of a request with images that names none", () => {
  it.each([{}, { model: null }])("is OLLAMA_DEFAULT_VLM_MODEL (%o)", async (more) => {
    const env = { OLLAMA_DEFAULT_VLM_MODEL: "hawk:7b" };
    const asked = await modelsAsked({ env, fake: SEVERAL, more });
    expect(asked).toEqual(["hawk:7b", "hawk:7b", "hawk:7b"]);
  });

  it("is the only one that can see, where the default is not installed", async () => {
    expect(await modelsAsked({})).toEqual(["eyes:latest", "eyes:latest", "eyes:latest"]);
  });

  it("is the only one that can see and is allowed", async () => {
    const asked = await modelsAsked({ env: { ALLOWED_MODELS: "hawk*" }, fake: SEVERAL });
    expect(asked).toEqual(["hawk:7b", "hawk:7b", "hawk:7b"]);
  });

  it("has to be named where several can see: 404 names them", async () => {
    const message = await refusal({ fake: SEVERAL }, NOT_FOUND);
    expect(message).toMatch(
      /^No default vision model is installed \(\S+\); name one of: owl:latest, hawk:7b$/,
    );
  });

  it("cannot be chosen where none can see: 404 says how to get one", async () => {
    expect(await refusal({ fake: BLIND }, NOT_FOUND)).toMatch(
      /^None of the installed models can see images; `shared-ollama models pull \S+` fetches one$/,
    );
  });

  it("has to see also where the settings name it", async () => {
    const env = { OLLAMA_DEFAULT_VLM_MODEL: "fake" };
    expect(await refusal({ env }, REFUSED)).toContain("'eyes:latest' can");
  });
});

describe("the model that a request with images names", () => {
  const more = { model: "fake" };

  it("has to see: 400 names one that does", async () => {
    const message = "The model 'fake' cannot see images; 'eyes:latest' can";
    expect(await refusal({ more }, REFUSED)).toBe(message);
  });

  it("has to see: 400 says how to get one where none does", async () => {
    expect(await refusal({ fake: BLIND, more }, REFUSED)).toMatch(
      /^The model 'fake' cannot see images, and no installed model can; `shared-ollama models pull \S+` fetches one$/,
    );
  });

  it("has to see: 400 names only what is allowed", async () => {
    const env = { ALLOWED_MODELS: "fake*, hawk*" };
    const message = "The model 'fake' cannot see images; 'hawk:7b' can";
    expect(await refusal({ env, fake: SEVERAL, more }, REFUSED)).toBe(message);
  });

  it.each([false, true])("has to be installed (stream: %s)", async (stream) => {
    const message = "model 'nope' not found";
    expect(await refusal({ more: { model: "nope", stream } }, NOT_FOUND)).toBe(message);
  });

  it("has to be allowed: 400 says which are", async () => {
    const env = { ALLOWED_MODELS: "hawk*" };
    const { gateway, ollama } = await startVision(env, SEVERAL);
    for (const path of VISION_PATHS) {
      const answer = await gateway.post(path, about(path, [await photo()], { model: "owl" }));
      const expected = { status: 400, code: "model_not_allowed" };
      const error = await expectVisionError(path, answer, expected);
      expect(error).toMatchObject({
        message: expect.stringContaining("owl"),
        allowed_models: ["hawk*"],
      });
    }
    await nothingWasAsked({ gateway, ollama });
  });

  it("is not asked for more than MAX_PROMPT_TOKENS of text; images do not count", async () => {
    const { gateway } = await startVision({ MAX_PROMPT_TOKENS: "10" });
    for (const path of VISION_PATHS) {
      const request = JSON.stringify(about(path, [await photo()]));
      const post = (text: string) => gateway.post(path, request.replace("What is it?", text));
      expect((await post("x".repeat(40))).status).toBe(200);
      const expected = { status: 400, code: "prompt_too_large" };
      const error = await expectVisionError(path, await post("x".repeat(41)), expected);
      expect(error).toMatchObject({ estimated_tokens: 11, limit_tokens: 10 });
    }
    await nothingIsHeld({ gateway });
  });

  it("is looked for at a server that is away: 503", async () => {
    const { gateway, ollama } = await startVision();
    await ollama.stop();
    for (const path of VISION_PATHS) {
      const answer = await gateway.post(path, about(path, [await photo()], { model: "eyes" }));
      const expected = { status: 503, code: "upstream_unavailable", retryAfter: [1, 2] };
      await expectVisionError(path, answer, expected);
    }
    await nothingIsHeld({ gateway });
  });
});
