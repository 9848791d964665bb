import { parseDocument } from "yaml";
import type { z } from "zod";

/**
 * Reads a file of this folder.
 * @param name as mistakes name it; they are added to `problems`.
 */
export function readYaml<T>(
  name: string,
  yaml: string,
  schema: z.ZodType<T>,
  problems: string[],
): T | undefined {
  const refuse = (what: string): void => void problems.push(`${name}: ${what}`);
  const document = parseDocument(yaml, { prettyErrors: true });
  const [error] = document.errors;
  if (error) {
    // Further errors follow from the first. Its first line says what and where, the others draw it.
    refuse(error.message.split(":\n")[0] ?? error.message);
    return undefined;
  }
  let value: unknown;
  try {
    value = document.toJS();
  } catch (err) {
    // Aliases of aliases, which stand for more than memory holds.
    refuse(err instanceof Error ? err.message : String(err));
    return undefined;
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) {
    refuse(`${path.map(String).join(".") || "the file"}: ${message}`);
  }
  return undefined;
}
