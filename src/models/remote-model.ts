/**
 * Whether Ollama runs this model on another machine: its cloud models are named by the
 * tag `cloud` or one that ends in `-cloud`.
 */
export function isRemoteModel(model: string): boolean {
  return /[:-]cloud$/i.test(model.trim());
}
