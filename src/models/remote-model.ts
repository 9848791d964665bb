import { GO_SPACE } from "./model-name.ts";

/**
 * Whether a name says that Ollama runs the model on another machine: its cloud models have the tag
 * `cloud` or one that ends in `-cloud`. Under another name a model can be remote, too: then the list
 * of models says so (ModelCatalog).
 */
export function isRemoteName(model: string): boolean {
  // Ollama passes over white space around the name and around the tag.
  return /:(?:[^:/]*-)?cloud$/i.test(model.replaceAll(GO_SPACE, ""));
}
