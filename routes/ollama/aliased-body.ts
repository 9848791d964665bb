import type { AppContext } from "../../middleware/env.ts";
import type { BodyFacts } from "../../src/dialects/inspect-body.ts";
import type { BodyWriting } from "../../src/dialects/replace-model.ts";
import { callerOf } from "../caller-of.ts";
import type { PassThroughServices } from "./services.ts";

/** A body and what is known of it, as far as an alias changes them. */
interface AliasedBody {
  pieces: Uint8Array[];
  facts: BodyFacts;
  writing: BodyWriting;
}

/**
 * A body that names an alias, with the alias's model in its place. What is no plain JSON has to name
 * its model for certain: a form in which a server may find another one stays as it is.
 */
export async function withModel<T extends AliasedBody>(
  c: AppContext,
  { replaceModel }: Pick<PassThroughServices, "replaceModel">,
  came: T,
  model: string,
): Promise<T> {
  const { pieces, facts, writing } = came;
  const [body] = pieces;
  const isClear = writing === "json" || facts.modelIsCertain;
  if (!body || !isClear || model === facts.model) return came;
  const replaced = await replaceModel({ body, writing, model }, callerOf(c));
  const models = facts.models.with(facts.models.lastIndexOf(facts.model), model);
  return { ...came, pieces: [replaced], facts: { ...facts, model, models } };
}
