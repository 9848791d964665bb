import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "../../src/runtime/paths.ts";
import type { CodeBlock } from "../support/markdown-blocks.ts";
import type { Asked } from "./asked-service.ts";
import { callsService } from "./no-run.ts";
import { PHOTO_WIDTH, type Ran } from "./page-folder.ts";

/** What is wrong with a block, by how it ended and what it asked the service; undefined is well. */
export function problemOf(
  { code }: Pick<CodeBlock, "code">,
  { status, output }: Ran,
  asked: Asked[],
): string | undefined {
  if (status !== 0) return `it ended with ${status}:\n${output}`;
  const shown = codeWithExamples(code);
  const refused = asked.filter(({ status_code: answered, error_code: error }) =>
    // A block that shows an error names its status; a stream breaks off with an error after a 200.
    answered >= 400 ? !shown.includes(String(answered)) : error !== undefined,
  );
  if (refused.length > 0) return `refused:\n${JSON.stringify(refused, undefined, 1)}`;
  if (!callsService(code)) return undefined;
  if (asked.length === 0) return `it asked the service nothing:\n${output}`;
  if (output.trim() === "") return "it showed no answer";
  const saw = new RegExp(`width\\\\*":${PHOTO_WIDTH}\\b`).test(output);
  return code.includes("photo.jpg") && !saw ? `no model saw the picture:\n${output}` : undefined;
}

/** A block with the programs of the project that it runs. */
function codeWithExamples(code: string): string {
  const programs = [...code.matchAll(/examples\/\S+/g)].map(([path]) => path);
  return [code, ...programs.map((path) => readFileSync(join(projectRoot, path), "utf8"))].join(
    "\n",
  );
}
