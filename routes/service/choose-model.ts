import type { DefaultModels } from "../../src/models/default-models.ts";
import { assertModelName } from "../../src/models/model-name.ts";
import type { ModelChoice } from "./services.ts";

type Texts = (string | null | undefined)[];

/** The model that a name stands for. @throws ServiceError `invalid_request` for what is no name. */
export async function namedModel(
  { aliases }: Pick<ModelChoice, "aliases">,
  name: string,
): Promise<string> {
  assertModelName(name);
  return aliases.modelFor(name);
}

/**
 * The model of a text request: the one it names, by an alias or itself, else the default.
 * @throws ServiceError `invalid_request` for what is no model's name, `model_not_found`,
 * `model_not_allowed`, `prompt_too_large`.
 */
export async function textModel(
  choice: ModelChoice,
  name: string | undefined,
  texts: Texts,
): Promise<string> {
  const { catalog, defaults, promptLimit } = choice;
  const model = await (name === undefined ? defaults.text() : namedModel(choice, name));
  catalog.assertAllowed(model);
  promptLimit.check(model, texts);
  return model;
}

/**
 * The model of a request with images: the one it names in either way, else the default for vision.
 * @throws ServiceError as `textModel`, and `invalid_request` for a model that cannot see.
 */
export async function visionModel(
  choice: ModelChoice,
  name: string | undefined,
  texts: Texts,
): Promise<string> {
  const { catalog, defaults, promptLimit } = choice;
  const model = await (name === undefined ? defaults.vision() : namedModel(choice, name));
  catalog.assertAllowed(model);
  promptLimit.check(model, texts);
  await defaults.assertCanSee(model);
  return model;
}

/**
 * The model of a request for vectors: the one it names in either way, else the default for them.
 * @throws ServiceError `invalid_request` for what is no model's name, `model_not_found`.
 */
export async function embeddingModel(
  choice: Pick<ModelChoice, "aliases"> & { defaults: Pick<DefaultModels, "embedding"> },
  name: string | undefined,
): Promise<string> {
  return name === undefined ? choice.defaults.embedding() : namedModel(choice, name);
}
