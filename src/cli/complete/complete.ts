import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { projectRoot } from "../../runtime/paths.ts";
import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";

const SHELLS = ["bash", "zsh", "fish"];

export const complete = defineCommand({
  about:
    "Writes the script that a shell reads when it starts. With `--` and words it answers that script: " +
    "what the last word may become. Names of models, agents and requests are the service's, where it " +
    "answers within 300 ms.",
  args: {
    shell: { type: "positional", required: false, description: "bash, zsh or fish" },
  },
  rest: "-- WORD...",
  restBehindDashes: true,
  examples: [
    { line: "source <(shared-ollama complete bash)", about: "In this bash, from now on" },
    {
      line: "shared-ollama complete zsh > _shared-ollama",
      about: "As a file, for a folder of zsh's $fpath",
    },
    { line: "shared-ollama complete -- models l", about: "What a shell is told of a word" },
  ],
  json: {
    schema: {
      type: "object",
      required: ["shell", "script"],
      properties: {
        shell: { enum: SHELLS },
        script: { type: "string" },
      },
      additionalProperties: false,
    },
  },
  run: async (cli, { shell }, words) => {
    if (shell === undefined && words.length > 0) {
      const { answer } = await import("./answer.ts");
      return answer(words, cli);
    }
    if (shell === undefined || !SHELLS.includes(shell) || words.length > 0) {
      const said = ["complete", shell ?? "", ...words].join(" ").trim();
      throw new WrongUse(`shared-ollama ${said}: expected bash, zsh or fish`);
    }
    const file = join(projectRoot, "src", "cli", "complete", `shared-ollama.${shell}`);
    const script = await readFile(file, "utf8");
    cli.show({ shell, script }, (_, out) => void out.stdout.write(script));
  },
});
