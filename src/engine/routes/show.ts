import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { capabilitiesOf } from "../models/capabilities.ts";
import { type GgufHeader, readGguf } from "../models/gguf.ts";
import { parseModelName } from "../models/names.ts";
import { parameterLines, renderModelfile } from "../models/modelfile.ts";
import type { StoredModel } from "../models/store.ts";
import type { RouteContext } from "./context.ts";
import { detailsOf } from "./lists.ts";
import { modelField } from "./request-fields.ts";

/** Shown elsewhere in the answer, or too long for it. */
const HIDDEN_KEYS = new Set(["general.name", "tokenizer.chat_template"]);

/** POST /api/show */
export function showRoute({ services }: RouteContext): Route {
  return {
    methods: ["POST"],
    path: "/api/show",
    async handler(exchange) {
      const fields = await readFields(exchange, "ShowRequest");
      const asSent = modelField(fields);
      if (asSent === "") throw new EngineError(400, "model is required");
      const name = parseModelName(asSent);
      if (!name) throw new EngineError(500, "invalid model path");
      const model = await services.store.find(name);
      if (!model) throw new EngineError(404, `model '${asSent}' not found`);
      const header = await readGguf(model.weightsPath);
      exchange.json(200, describe(model, header, fields.boolean("verbose") ?? false));
    },
  };
}

function describe(model: StoredModel, header: GgufHeader, verbose: boolean) {
  const parameters = parameterLines(model);
  return {
    ...(model.license !== undefined && { license: model.license }),
    modelfile: renderModelfile(model),
    ...(parameters !== "" && { parameters }),
    template: model.template ?? "{{ .Prompt }}",
    ...(model.system !== undefined && { system: model.system }),
    details: detailsOf(model.config),
    model_info: modelInfo(header, verbose),
    ...(verbose && { tensors: header.tensors }),
    capabilities: capabilitiesOf(model),
    modified_at: model.modifiedAt.toISOString(),
  };
}

function modelInfo({ metadata, parameterCount }: GgufHeader, verbose: boolean) {
  const all = { ...metadata, "general.parameter_count": parameterCount };
  const shown = Object.entries(all).filter(([key]) => !HIDDEN_KEYS.has(key));
  const entries = shown.map(([key, value]) => [
    key,
    Array.isArray(value) && !verbose ? null : value,
  ]);
  return Object.fromEntries(entries.sort(([a], [b]) => (String(a) < String(b) ? -1 : 1))) as object;
}
