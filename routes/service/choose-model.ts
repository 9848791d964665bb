import { assertModelName } from "../../src/models/model-name.ts";
import type { ModelChoice } from "./services.ts";

type Texts = (string | null | undefined)[];

/**
 * The model of a text request: the one it names, else the default.
 * @throws ServiceError `invalid_request` for what is no model's name, `model_not_found`,
 * `model_not_allowed`, `prompt_too_large`.
 */
export async function textModel(
  { catalog, promptLimit }: ModelChoice,
  named: string | undefined,
  texts: Texts,
): Promise<string> {
  if (named !== undefined) assertModelName(named);
  const model = named ?? (await catalog.defaultModel());
  catalog.assertAllowed(model);
  promptLimit.check(model, texts);
  return model;
}

/**
 * The model of a request with images: the one it names, else the default for vision.
 * @throws ServiceError as `textModel`, and `invalid_request` for a model that cannot see.
 */
export async function visionModel(
  { catalog, promptLimit }: ModelChoice,
  named: string | undefined,
  texts: Texts,
): Promise<string> {
  if (named !== undefined) assertModelName(named);
  const model = named ?? (await catalog.defaultVisionModel());
  catalog.assertAllowed(model);
  promptLimit.check(model, texts);
  await catalog.assertCanSee(model);
  return model;
}
