import type { ModelName } from "../names.ts";
import type { PullTarget } from "../sources/source.ts";
import type { StoredMessage } from "../stored-model.ts";

/** A model to be created: its base, and the changes to it. */
export type CreateRequest = {
  readonly name: ModelName;
  readonly base: Base;
  /** Empty strings and lists leave those of the base. */
  readonly template: string;
  readonly system: string;
  readonly renderer: string;
  readonly parser: string;
  readonly licenses: readonly string[];
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly messages: readonly StoredMessage[];
};

/** A model that is in the store or can be pulled, or uploaded files by their names. */
export type Base =
  | { readonly kind: "model"; readonly name: ModelName; readonly scheme: PullTarget["scheme"] }
  | { readonly kind: "files"; readonly files: ReadonlyMap<string, string> };
