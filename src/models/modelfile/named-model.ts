import { ServiceError } from "../../errors/service-error.ts";
import { assertModelName } from "../model-name.ts";
import { modelfileError, shown } from "./fields.ts";

/** `./x`, `../x`, `/x`, `~/x`, `\\x`, `C:\x`, and whatever has a backslash. */
const PATH = /^[./~]|^[a-z]:\/|\\/i;
const MODEL_FILE = /\.(?:gguf|safetensors|bin)$/i;
/** A registry's host and more parts behind it: the repositories there may be named as files are. */
const IN_REGISTRY = /^[^/]*[.:][^/]*\/[^/]+\//;

/**
 * Lets the names of models, adapters and blobs pass that a server can look up.
 * @param what the instruction that names it.
 * @throws ServiceError `invalid_request` with the line: for no name, and for a file of the
 * client's machine, which the server never sees.
 */
export function assertNamed(what: string, name: string, line?: number): void {
  if (PATH.test(name) || (MODEL_FILE.test(name) && !IN_REGISTRY.test(name))) {
    const problem =
      `${what} ${shown(name)} is a file, and files do not come with a Modelfile's text: ` +
      "use `ollama create`, which uploads them, or a model's name";
    throw modelfileError(problem, line);
  }
  try {
    assertModelName(name);
  } catch (err) {
    if (err instanceof ServiceError) throw modelfileError(`${what}: ${err.message}`, line);
    throw err;
  }
}
