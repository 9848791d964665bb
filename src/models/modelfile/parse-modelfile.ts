import {
  MESSAGE_ROLES,
  MODELFILE_LIMITS,
  modelfileError,
  shown,
  type ModelfileFields,
} from "./fields.ts";
import { instructionsOf, type Instruction } from "./instructions.ts";
import { assertNamed } from "./named-model.ts";
import {
  KIND_IN_WORDS,
  OBSOLETE_PARAMETERS,
  PARAMETER_KINDS,
  parameterValue,
} from "./parameters.ts";
import { plainVersion } from "./plain-version.ts";

/**
 * Reads a Modelfile as `ollama create` does. Of an instruction that is repeated the last one holds;
 * licenses, messages and `stop` add up. Fields with an empty text are left out, as is done there.
 * @throws ServiceError `invalid_request` that names the first wrong line.
 */
export function parseModelfile(text: string): ModelfileFields {
  assertSize(text);
  const fields: Partial<ModelfileFields> = {};
  for (const instruction of instructionsOf(withoutControls(text))) take(instruction, fields);
  const { from, ...rest } = fields;
  if (from === undefined)
    throw modelfileError("there is no FROM, which names the model to start from");
  const given = Object.entries(rest).filter(([, value]) => value !== "");
  return { from, ...Object.fromEntries(given) };
}

/** Characters are never more than bytes, and need no counting. */
function assertSize(text: string): void {
  const { bytes } = MODELFILE_LIMITS;
  if (text.length <= bytes && Buffer.byteLength(text) <= bytes) return;
  throw modelfileError(`the text is longer than ${bytes / 1_048_576} MiB`);
}

/** Ollama drops them wherever they are. It also drops joiners and hard spaces, which do belong. */
function withoutControls(text: string): string {
  return text.replace(/^\uFEFF/, "").replaceAll(/[^\P{Cc}\t\n\r]/gu, "");
}

function take({ keyword, name, value, line }: Instruction, fields: Partial<ModelfileFields>): void {
  switch (keyword) {
    case "from":
    case "adapter":
    case "draft":
      assertNamed(keyword.toUpperCase(), value, line);
      fields[keyword] = value;
      return;
    case "system":
    case "template":
    case "renderer":
    case "parser":
      fields[keyword] = value;
      return;
    case "license":
      if (value !== "") add((fields.license ??= []), value, "licenses", line);
      return;
    case "message": {
      const role = MESSAGE_ROLES.find((known) => known === name);
      if (!role) {
        const problem = `${shown(name)} is no role of a message; there are ${MESSAGE_ROLES.join(", ")}`;
        throw modelfileError(problem, line);
      }
      add((fields.messages ??= []), { role, content: value }, "messages", line);
      return;
    }
    case "requires": {
      const version = plainVersion(value);
      if (version === undefined) {
        throw modelfileError(`REQUIRES ${shown(value)} is no version, such as 0.14.0`, line);
      }
      fields.requires = version;
      return;
    }
    case "parameter":
      takeParameter(name, value, line, fields);
  }
}

function takeParameter(
  name: string,
  text: string,
  line: number,
  fields: Partial<ModelfileFields>,
): void {
  if (OBSOLETE_PARAMETERS.has(name)) return;
  const kind = PARAMETER_KINDS.get(name);
  if (!kind) throw modelfileError(`${shown(name)} is no parameter of a model`, line);
  const value = parameterValue(kind, text);
  if (value === undefined) {
    throw modelfileError(`${name} is ${shown(text)}, not ${KIND_IN_WORDS[kind]}`, line);
  }
  const parameters = (fields.parameters ??= {});
  const earlier = parameters[name];
  if (name === "stop" && Array.isArray(earlier)) add(earlier, text, "stop", line);
  else parameters[name] = value;
}

function add<T>(list: T[], item: T, what: "licenses" | "messages" | "stop", line: number): void {
  const most = MODELFILE_LIMITS[what];
  if (list.length >= most) {
    const things = what === "stop" ? "texts to stop at" : what;
    throw modelfileError(`there are more than ${most} ${things}`, line);
  }
  list.push(item);
}
