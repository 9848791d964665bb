import type { Fact } from "../output/facts.ts";
import { count } from "../output/units.ts";

/** What the service tells of a model, as far as it is shown. */
export interface ShownModel {
  license?: string;
  modelfile?: string;
  parameters?: string;
  template?: string;
  system?: string;
  details?: {
    parent_model?: string;
    format?: string;
    family?: string;
    parameter_size?: string;
    quantization_level?: string;
  };
  remote_model?: string;
  remote_host?: string;
  model_info?: Record<string, unknown>;
  capabilities?: string[];
}

/** What is known of a model, in lines; what is not known is left out. */
export function modelFacts(model: ShownModel): Fact[] {
  const { details = {}, model_info: info = {} } = model;
  const architecture = info["general.architecture"];
  const inFile = (key: string): unknown => info[`${String(architecture)}.${key}`];
  const parameters = (model.parameters ?? "").split("\n").map((line) => line.trim());
  const known: [string, unknown][] = [
    ["Architecture", architecture ?? details.family],
    ["Parameters", details.parameter_size],
    ["Quantization", details.quantization_level],
    ["Context", inFile("context_length")],
    ["Vector length", inFile("embedding_length")],
    ["Made from", details.parent_model],
    ["Capabilities", (model.capabilities ?? []).join(", ")],
    ["Runs at", model.remote_host],
    ...parameters.map((line, at): [string, unknown] => [at === 0 ? "Settings" : "", settled(line)]),
    ["System", model.system],
    ["License", (model.license ?? "").trim().split("\n")[0]],
  ];
  return known.flatMap(([name, value]): Fact[] => {
    if (typeof value === "number") return [[name, count(value)]];
    return typeof value === "string" && value !== "" ? [[name, value]] : [];
  });
}

/** Ollama pads a parameter's name with blanks. */
function settled(line: string): string {
  return line.replace(/^(\S+)\s+/, "$1 ");
}
