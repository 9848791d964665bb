/**
 * Whether Ollama runs this model on somebody else's machine: its cloud models are named by the
 * tag `cloud` or one that ends in `-cloud`.
 */
export function isRemoteModel(model: string): boolean {
  return /[:-]cloud$/i.test(model.trim());
}
