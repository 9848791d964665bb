import { ServiceError } from "../../errors/service-error.ts";
import { assertModelName } from "../model-name.ts";
import type { ModelfileFields } from "../modelfile/fields.ts";
import { parseModelfile } from "../modelfile/parse-modelfile.ts";

/** What is asked of Ollama's `/api/create`, whose fields these are. */
export interface CreateRequest extends Record<string, unknown> {
  model: string;
  /** The model that the new one is made from; else it is made from `files`. */
  from?: string | undefined;
}

/** What a client may ask for: a Modelfile's text, and fields that go before what it says. */
export interface CreateFields extends Record<string, unknown> {
  modelfile?: string | undefined;
  from?: string | undefined;
  files?: Record<string, unknown> | undefined;
}

/** The digest of an uploaded file. */
export const DIGEST = /^sha256[:-][\dA-Fa-f]{64}$/;

/**
 * A client's request as Ollama takes it.
 * @throws ServiceError `invalid_request` for a Modelfile that cannot be used, with the line at fault,
 * and where nothing says what the model is made from.
 */
export function createRequest(model: string, { modelfile, ...given }: CreateFields): CreateRequest {
  const read = modelfile === undefined ? {} : requestFields(parseModelfile(modelfile));
  const fields: CreateRequest = { model, ...read, ...withoutUnset(given) };
  // What is given beside a Modelfile takes the place of its FROM, whichever of the two that names.
  if (given.from === undefined && given.files !== undefined) delete fields.from;
  if (given.from !== undefined && given.files === undefined) delete fields["files"];
  if (fields.from === undefined && fields["files"] === undefined) {
    const message = "What is the model made from? modelfile, from or files is needed";
    throw new ServiceError("invalid_request", message, { param: "from" });
  }
  if (fields.from !== undefined) assertModelName(fields.from);
  return fields;
}

/**
 * A Modelfile's fields as Ollama takes them: uploaded files have fields of their own.
 * @throws ServiceError `invalid_request` for an adapter or a draft that is no uploaded file.
 */
export function requestFields({
  from,
  adapter,
  draft,
  ...others
}: ModelfileFields): Omit<CreateRequest, "model"> {
  return {
    ...others,
    ...(DIGEST.test(from) ? { files: { "model.gguf": from } } : { from }),
    ...(adapter === undefined ? {} : { adapters: uploaded("ADAPTER", adapter) }),
    ...(draft === undefined ? {} : { draft_files: uploaded("DRAFT", draft) }),
  };
}

function uploaded(keyword: string, name: string): Record<string, string> {
  if (DIGEST.test(name)) return { [`${keyword.toLowerCase()}.gguf`]: name };
  const message =
    `modelfile: ${keyword} has to be the digest of an uploaded file ` +
    "(POST /api/blobs/sha256:…), as sha256:… with 64 hexadecimal digits";
  throw new ServiceError("invalid_request", message, { param: "modelfile" });
}

function withoutUnset(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
