import { z } from "@hono/zod-openapi";

/**
 * What the inference server tells of a model. Servers leave out what they do not know, and newer
 * ones may say more.
 */
export const ModelDetails = z
  .object({
    parent_model: z.string(),
    format: z.string(),
    family: z.string(),
    families: z.array(z.string()).nullable(),
    parameter_size: z.string(),
    quantization_level: z.string(),
  })
  .partial()
  .openapi("ModelDetails", {
    example: { format: "gguf", family: "llama", parameter_size: "134.52M" },
  });

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** The keys are the file's own, and differ from one kind of model to the other. */
const fileMetadata = z
  .record(z.string(), z.union([scalar, z.array(scalar)]).nullable())
  .openapi({ description: "Metadata of the model's file by its keys; null where a list is long" });

export const ModelInfo = z
  .object({
    license: z.string(),
    modelfile: z.string(),
    parameters: z.string().openapi({ description: "One of the Modelfile's a line" }),
    template: z.string(),
    system: z.string(),
    details: ModelDetails,
    messages: z.array(z.object({ role: z.string(), content: z.string() })),
    remote_model: z.string(),
    remote_host: z.string(),
    model_info: fileMetadata,
    projector_info: fileMetadata,
    tensors: z.array(z.object({ name: z.string(), type: z.string(), shape: z.array(z.int()) })),
    capabilities: z.array(z.string()),
    modified_at: z.string(),
  })
  .partial()
  .openapi("ModelInfo", {
    example: {
      modelfile: "FROM smollm2:135m",
      parameters: 'stop "<|im_end|>"',
      details: { format: "gguf", family: "llama", quantization_level: "Q4_1" },
      model_info: { "general.architecture": "llama", "llama.context_length": 8192 },
      capabilities: ["completion"],
    },
  });
