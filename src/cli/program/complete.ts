import { WrongUse } from "../cli-error.ts";
import { defineCommand } from "../command.ts";

const SHELLS = ["bash", "zsh", "fish"];

export const complete = defineCommand({
  about:
    "Writes a script for your shell, which then asks this program for commands, options and names of models. Into ~/.bashrc: source <(shared-ollama complete bash). Into ~/.zshrc, behind compinit: source <(shared-ollama complete zsh). Into ~/.config/fish/config.fish: shared-ollama complete fish | source. The program has to be found as shared-ollama, as after npm link.",
  args: {},
  rest: SHELLS.join("|"),
  takesAll: true,
  examples: [
    { line: "source <(shared-ollama complete bash)", about: "For this shell" },
    { line: "shared-ollama complete fish | grep complete", about: "What fish is told" },
  ],
  json: { schema: { not: {}, description: "It writes a script, and no JSON" } },
  run: async (cli, _args, rest) => {
    const [shell = ""] = rest;
    if (shell !== "--" && (!SHELLS.includes(shell) || rest.length > 1)) {
      throw new WrongUse(`shared-ollama complete: name one shell, ${SHELLS.join(", ")}`);
    }
    const { runCompletion } = await import("./completion.ts");
    await runCompletion(cli, rest);
  },
});
