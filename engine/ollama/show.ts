import { EngineError } from "../errors.ts";
import { readFields } from "../http/json-body.ts";
import type { Route } from "../http/router.ts";
import { capabilitiesOf } from "../models/capabilities.ts";
import { NO_TEMPLATE } from "../models/chat-template.ts";
import { type GgufHeader, readGguf } from "../models/gguf/header.ts";
import { parameterLines, renderModelfile } from "../models/modelfile.ts";
import { parseModelName } from "../models/names.ts";
import type { StoredModel } from "../models/stored-model.ts";
import type { RouteContext } from "../services.ts";
import { LIMITS } from "../values/limits.ts";
import { detailsOf } from "./lists.ts";
import { modelField } from "./request-fields.ts";

/** Keys that are shown elsewhere in the answer, or are too long for it. */
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
      const verbose = fields.boolean("verbose") ?? false;
      const system = fields.string("system") ?? "";
      const options = fields.map("options", LIMITS.options);
      const model = await services.store.find(name);
      if (!model) throw new EngineError(404, `model '${asSent}' not found`);
      const { toolFormats } = await services.templates.of(model);
      const capabilities = capabilitiesOf(model, { tools: toolFormats.length > 0 });
      exchange.json(200, await describe(model, { verbose, system, options, capabilities }));
    },
  };
}

type Shape = {
  readonly verbose: boolean;
  /** Shown instead of the model's own. */
  readonly system: string;
  readonly options: StoredModel["parameters"];
  readonly capabilities: readonly string[];
};

async function describe(stored: StoredModel, { verbose, system, options, capabilities }: Shape) {
  const model = system === "" ? stored : { ...stored, system };
  const changed = { ...model, parameters: { ...model.parameters, ...options } };
  const read = async (path: string) => readGguf(path, { lists: verbose });
  const header = await read(model.weightsPath);
  const [projector] = await Promise.all(model.projectorPaths.slice(0, 1).map(read));
  return {
    ...given("license", model.licenses.join("\n")),
    modelfile: renderModelfile(changed),
    ...given("parameters", parameterLines(model)),
    template: model.template ?? NO_TEMPLATE,
    ...given("system", model.system ?? ""),
    details: { ...detailsOf(model.config), parent_model: model.parent },
    ...(model.messages.length > 0 && {
      messages: model.messages.map(({ role, content }) => ({ role, content })),
    }),
    model_info: modelInfo(header),
    ...(projector && { projector_info: modelInfo(projector) }),
    tensors: header.tensors,
    capabilities,
    modified_at: model.modifiedAt.toISOString(),
  };
}

/** A field, left out when it is empty, as in Go. */
function given(name: string, text: string): Record<string, string> {
  return text === "" ? {} : { [name]: text };
}

function modelInfo({ metadata, parameterCount }: GgufHeader): object {
  const all = { ...metadata, "general.parameter_count": parameterCount };
  const shown = Object.entries(all).filter(([key]) => !HIDDEN_KEYS.has(key));
  return Object.fromEntries(shown.sort(([a], [b]) => (a < b ? -1 : 1)));
}
