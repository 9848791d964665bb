import { expect, it } from "vitest";
import { EngineError } from "../../../errors.ts";
import { loadFailure } from "../../../loading/load-failure.ts";

const failed = new Error("Failed to load model");

it("gives llama.cpp's reason, not what it says around it", () => {
  const errorLines = [
    "llama_model_load: error loading model: unknown model architecture: 'x'",
    "llama_model_load_from_file_impl: failed to load model",
  ];
  expect(loadFailure(failed, errorLines)).toMatchObject({
    status: 500,
    message: "unable to load model: unknown model architecture: 'x'",
  });
});

it("gives what there is where llama.cpp gave no reason", () => {
  expect(loadFailure(failed, ["gguf: bad"]).message).toBe("unable to load model: gguf: bad");
  expect(loadFailure(failed, []).message).toBe("unable to load model: Failed to load model");
  const refused = new EngineError(500, "no room");
  expect(loadFailure(refused, ["anything"])).toBe(refused);
});
