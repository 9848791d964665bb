import { ServiceError } from "../errors/service-error.ts";
import { assertModelLength, modelMatcher } from "./model-name.ts";

interface AllowedModelsOptions {
  /** ALLOWED_MODELS. */
  patterns: string[];
  /** ALLOW_CLOUD_MODELS. */
  cloud: boolean;
  /** Whether a model is known to run on another machine. */
  isRemote: (model: string) => boolean;
}

/** Which models clients may use. */
export class AllowedModels {
  readonly #options: AllowedModelsOptions;
  readonly #matches: (name: string) => boolean;
  readonly #matchesRemote: (name: string) => boolean;

  constructor(options: AllowedModelsOptions) {
    this.#options = options;
    this.#matches = modelMatcher(options.patterns);
    this.#matchesRemote = options.cloud
      ? modelMatcher(options.patterns.filter(meansRemote))
      : () => false;
  }

  /** Whether ALLOWED_MODELS leaves any model out. */
  get isRestricted(): boolean {
    return !this.#options.patterns.includes("*");
  }

  /** Whether clients may use a model. */
  includes(model: string): boolean {
    return this.#options.isRemote(model) ? this.#matchesRemote(model) : this.#matches(model);
  }

  /**
   * @throws ServiceError `model_not_allowed` for a model that clients may not use,
   * `invalid_request` for what is too long for a name.
   */
  assert(model: string): void {
    assertModelLength(model);
    if (this.includes(model)) return;
    throw this.#refusal(
      this.#options.isRemote(model) && !this.#options.cloud
        ? `The model '${model}' runs on another machine, and no such models are allowed here (ALLOW_CLOUD_MODELS)`
        : `The model '${model}' is not allowed here`,
    );
  }

  /** The same for many at once. @throws ServiceError naming all that are not allowed. */
  assertAll(models: string[]): void {
    for (const model of models) assertModelLength(model);
    const refused = [...new Set(models.filter((model) => !this.includes(model)))];
    if (refused.length === 0) return;
    const list = refused.map((model) => `'${model}'`).join(", ");
    throw this.#refusal(`Not allowed here: ${list}`);
  }

  #refusal(message: string): ServiceError {
    const fields = { allowed_models: this.#options.patterns };
    return new ServiceError("model_not_allowed", message, { fields, param: "model" });
  }
}

/**
 * Whether a pattern can mean models that run elsewhere: `*`, one that ends in `cloud`, and a full
 * name. Others, such as `qwen3:*`, would let a text out of the building by accident.
 */
function meansRemote(pattern: string): boolean {
  if (pattern === "*" || /cloud$/i.test(pattern)) return true;
  return /^[^*]+:[^*/]+$/.test(pattern);
}
