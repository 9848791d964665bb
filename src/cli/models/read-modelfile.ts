import { createReadStream } from "node:fs";
import { MODELFILE_LIMITS } from "../../models/modelfile/fields.ts";
import { WrongUse } from "../cli-error.ts";
import { fileProblem } from "../file-problem.ts";

/** The text of a Modelfile; `-` is the standard input. @throws CliError where it cannot be read. */
export async function readModelfile(path: string, input: NodeJS.ReadableStream): Promise<string> {
  const { bytes: most } = MODELFILE_LIMITS;
  const pieces: Buffer[] = [];
  let length = 0;
  try {
    const source = path === "-" ? input : createReadStream(path);
    for await (const piece of source) {
      const bytes = Buffer.from(piece);
      length += bytes.byteLength;
      if (length > most) throw new WrongUse(`${path} is larger than ${most / 1_048_576} MiB`);
      pieces.push(bytes);
    }
  } catch (err) {
    throw fileProblem(err, `Cannot read the Modelfile ${path}`);
  }
  return Buffer.concat(pieces).toString("utf8");
}
