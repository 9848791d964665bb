import { readFile } from "node:fs/promises";
import { WrongUse } from "../cli-error.ts";
import { fileProblem } from "../file-problem.ts";

/** What `--format` says: `json`, or the JSON schema in a file. @throws CliError for what is neither. */
export async function answerFormat(given: string): Promise<"json" | Record<string, unknown>> {
  if (given === "json") return "json";
  const text = await readFile(given, "utf8").catch((err: unknown) => {
    throw fileProblem(err, `--format ${given}: expected json, or a file with a JSON schema`);
  });
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (err) {
    throw new WrongUse(`${given} is not JSON: ${err instanceof Error ? err.message : String(err)}`);
  }
  if (typeof schema === "object" && schema !== null && !Array.isArray(schema)) {
    return schema as Record<string, unknown>;
  }
  throw new WrongUse(`${given} is no JSON schema: expected an object`);
}
