import { EngineError, INSTALL_OLLAMA, unsupported } from "../errors.ts";
import type { Fields } from "../http/fields.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { createModel } from "../models/create/create.ts";
import type { Base, CreateRequest } from "../models/create/request.ts";
import { parseModelName, schemeOf } from "../models/names.ts";
import type { RouteContext } from "../services.ts";
import { LIMITS } from "../values/limits.ts";
import { sendLast, sendLines } from "./answer-lines.ts";
import { modelField, wantsStream } from "./request-fields.ts";

/** Fields of a create that Ollama supports and the engine does not. */
const UNSUPPORTED: Readonly<Record<string, string>> = {
  adapters: "an adapter",
  quantize: "quantizing",
  quantization: "quantizing",
  remote_host: "a model on another host",
  info: "info",
};

/** POST /api/create */
export function createRoute({ services, onError }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/create",
    async handler(exchange) {
      const fields = await readFields(exchange, "CreateRequest");
      const stream = wantsStream(fields);
      const request = createRequest(fields);
      const files = uploadedFiles(fields);
      const lines = (async function* () {
        const base = chosenBase(fields, files);
        yield* createModel({ ...request, base }, services, exchange.signal);
      })();
      return stream ? sendLines(exchange, lines, onError) : sendLast(exchange, lines, onError);
    },
  };
}

function createRequest(fields: Fields): Omit<CreateRequest, "base"> {
  const name = parseModelName(modelField(fields));
  if (!name) throw new EngineError(400, "invalid model name");
  const request = {
    name,
    template: fields.string("template") ?? "",
    system: fields.string("system") ?? "",
    renderer: fields.string("renderer") ?? "",
    parser: fields.string("parser") ?? "",
    licenses: licenses(fields),
    parameters: fields.map("parameters", LIMITS.options),
    messages: (fields.objects("messages", "api.Message") ?? []).map((message) => {
      const images = message.strings("images", LIMITS.images) ?? [];
      return {
        role: (message.string("role") ?? "").toLowerCase(),
        content: message.string("content") ?? "",
        ...(images.length > 0 && { images }),
      };
    }),
  };
  for (const [field, feature] of Object.entries(UNSUPPORTED)) {
    if (isGiven(fields.raw(field))) {
      throw unsupported(feature, `leave ${field} out, or ${INSTALL_OLLAMA}`);
    }
  }
  return request;
}

function uploadedFiles(fields: Fields): Map<string, string> | undefined {
  if (!fields.object("files", "map[string]string")) return undefined;
  const files = new Map<string, string>();
  for (const [name, digest] of Object.entries(fields.map("files", LIMITS.options))) {
    if (!isLocalPath(name)) throw new EngineError(400, "file path must be relative");
    if (typeof digest !== "string") throw new EngineError(400, "invalid digest format");
    files.set(name, digest);
  }
  return files;
}

/** The base of the model; a model takes precedence over files, as in Ollama. */
function chosenBase(fields: Fields, files: Map<string, string> | undefined): Base {
  const from = fields.modelName("from") ?? "";
  if (from !== "") {
    const name = parseModelName(from);
    if (!name) throw new EngineError(400, "invalid model name");
    return { kind: "model", name, scheme: schemeOf(from) };
  }
  if (!files) throw new EngineError(400, "neither 'from' or 'files' was specified");
  return { kind: "files", files };
}

/** Ollama's rule: no part is empty, and none leads elsewhere. */
function isLocalPath(path: string): boolean {
  return path === "." || path.split("/").every((part) => !["", ".", ".."].includes(part));
}

function licenses(fields: Fields): string[] {
  const value = fields.raw("license");
  const list =
    typeof value === "string" ? [value] : (fields.strings("license", LIMITS.licenses) ?? []);
  return list.filter((text) => text !== "");
}

function isGiven(value: unknown): boolean {
  if (typeof value === "object" && value !== null) return Object.keys(value).length > 0;
  return value !== undefined && value !== "";
}
