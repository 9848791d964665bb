/** The text model of the embedded engine, and the embedding model that comes with the project. */
export const ENGINE_TEXT_MODEL = "smollm2:135m";
export const EMBEDDING_MODEL = "all-minilm";

/** A model that is to be installed, and what it takes in GB, as far as that is known. */
export interface RequiredModel {
  name: string;
  sizeGb: number | undefined;
}

/** The embedded engine has to have its own text model, whatever the profile says. */
export const ENGINE_REQUIRES: [RequiredModel] = [{ name: ENGINE_TEXT_MODEL, sizeGb: 0.098 }];

/** A model as the terminal names it. */
export function withSize({ name, sizeGb }: RequiredModel): string {
  if (sizeGb === undefined) return name;
  return `${name} (${sizeGb < 1 ? `${Math.round(sizeGb * 1000)} MB` : `${sizeGb} GB`})`;
}
