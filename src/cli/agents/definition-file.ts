import { readFile } from "node:fs/promises";
import { WrongUse } from "../cli-error.ts";
import { pipedText } from "../answers/piped-text.ts";
import { fileProblem } from "../file-problem.ts";

/**
 * An agent's definition from a YAML or JSON file; `-` is the standard input.
 * @throws WrongUse for what is no mapping; NotFound or CliError where it cannot be read.
 */
export async function definitionFrom(
  path: string,
  input: NodeJS.ReadableStream,
): Promise<Record<string, unknown>> {
  const text =
    path === "-"
      ? await pipedText(input)
      : await readFile(path, "utf8").catch((err: unknown) => {
          throw fileProblem(err, path);
        });
  const { parse } = await import("yaml");
  let value: unknown;
  try {
    value = parse(text);
  } catch (err) {
    throw new WrongUse(`${path} is neither YAML nor JSON: ${(err as Error).message}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new WrongUse(`${path} has to hold name, role and model of an agent`);
  }
  return value as Record<string, unknown>;
}
