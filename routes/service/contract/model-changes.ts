import { z } from "@hono/zod-openapi";
import type { ErrorCode } from "../../../src/errors/codes.ts";
import { DIGEST } from "../../../src/models/changes/create-request.ts";
import { ServiceErrorBody } from "./errors.ts";
import { filledText, maybe } from "./fields.ts";
import { LIST_LIMITS } from "./list-limits.ts";
import { boundedMap, boundedObject, list } from "./lists.ts";
import { streamContent } from "./stream-parts.ts";

/** What routes that change models can answer beside a success. */
export const CHANGE_CODES: ErrorCode[] = [
  "forbidden",
  "invalid_request",
  "model_not_found",
  "rate_limit_exceeded",
  "upstream_unavailable",
  "upstream_timeout",
  "shutting_down",
];

/** The further ones of those that read a body. */
export const BODY_CODES: ErrorCode[] = [
  "upload_stalled",
  "cancelled",
  "request_too_large",
  "validation_error",
  "queue_full",
];

export const Success = z
  .object({ status: z.literal("success") })
  .openapi("ModelChanged", { example: { status: "success" } });

const Progress = z
  .union([
    z.object({
      status: z.string().openapi({ description: "In the inference server's words" }),
      digest: z.string().optional().openapi({ description: "The part that it is about" }),
      total: z.int().optional().openapi({ description: "Bytes of the part" }),
      completed: z.int().optional().openapi({ description: "Bytes of it that are there" }),
    }),
    ServiceErrorBody,
  ])
  .openapi("ModelProgress");

/** A success, or the lines that lead to it. */
export const progressContent = {
  "application/json": { schema: Success },
  ...streamContent("application/x-ndjson", {
    part: Progress,
    about:
      "A JSON object a line, as Ollama has them; the last has the status `success`, or is an error",
    example: '{"status":"pulling manifest"}\n{"status":"success"}\n',
  }),
};

/** A text that goes into the model just as it is. */
const verbatim = () => maybe(z.string());

/** Uploaded files by the names that they are to have. */
const digests = () => maybe(boundedMap(z.string().regex(DIGEST)));

/** Named in either word; that one is needed is no matter of the schema: the contract has 400 for it. */
const modelName = {
  name: maybe(filledText()),
  model: maybe(filledText()).openapi({ description: "Ollama's word for `name`" }),
};

export const CreateModelRequest = z
  .strictObject({
    ...modelName,
    modelfile: verbatim().openapi({ description: "A Modelfile's text; other fields go before it" }),
    from: maybe(filledText()).openapi({ description: "An installed model" }),
    files: digests().openapi({
      description: "In place of `from`: uploaded files (POST /api/blobs), their digests by name",
    }),
    adapters: digests().openapi({ description: "The same for LoRA adapters" }),
    system: verbatim(),
    template: verbatim(),
    parameters: maybe(boundedObject()).openapi({ description: "Such as `temperature`, `stop`" }),
    messages: maybe(
      list(
        z.strictObject({ role: z.enum(["system", "user", "assistant"]), content: z.string() }),
        LIST_LIMITS.messages,
      ),
    ).openapi({ description: "What was said before each conversation" }),
    license: maybe(z.union([z.string(), list(z.string(), LIST_LIMITS.licenses)])),
    quantize: maybe(filledText()).openapi({ description: "Such as `q4_K_M`" }),
    renderer: maybe(filledText()),
    parser: maybe(filledText()),
    requires: maybe(filledText()).openapi({ description: "The oldest version of Ollama for it" }),
    stream: maybe(z.boolean()).openapi({ description: "Default false" }),
  })
  .openapi("CreateModelRequest", {
    description: "`name`, and what the model is made from: `modelfile`, `from` or `files`",
    example: { name: "pirate", from: "smollm2:135m", system: "You are a pirate." },
  });

export const CopyModelRequest = z
  .strictObject({ destination: maybe(filledText()) })
  .openapi("CopyModelRequest", { example: { destination: "my-model" } });

export const PullModelRequest = z
  .strictObject({
    ...modelName,
    insecure: maybe(z.boolean()).openapi({
      description: "Take a registry without TLS, or with a certificate of its own",
    }),
    stream: maybe(z.boolean()).openapi({ description: "Default true" }),
  })
  .openapi("PullModelRequest", { example: { model: "smollm2:135m" } });
