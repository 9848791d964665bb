import { answered } from "../api.ts";
import type { Cli } from "../cli.ts";
import { defineCommand } from "../command.ts";
import { oneLine } from "../output/text.ts";
import { definitionFrom } from "./definition-file.ts";

/** The fields of a definition that have an option of their own. */
const FIELDS = ["name", "role", "model", "visibility"] as const;

export const create = defineCommand({
  about:
    "From a file, from options, or from both: an option goes before the file's field. docs/agents.md has the fields.",
  args: {
    file: {
      type: "positional",
      description: "YAML or JSON; - is the standard input",
      valueHint: "FILE",
      required: false,
    },
    name: { type: "string", description: "Its name", valueHint: "NAME", required: false },
    role: { type: "string", description: "What it is told", valueHint: "TEXT", required: false },
    model: { type: "string", description: "Its model", valueHint: "MODEL", required: false },
    visibility: {
      type: "enum",
      options: ["tenant", "everyone"],
      description: "Who sees it",
      required: false,
    },
    replace: { type: "boolean", description: "Take the place of one's own of that name" },
  },
  examples: [
    {
      line: 'shared-ollama agents create --name poet --role "You answer in rhyme." --model smollm2:135m --replace',
      about: "Without a file",
    },
    {
      line: "echo '{name: clerk, role: You sort letters., model: smollm2:135m}' | shared-ollama agents create - --replace",
      about: "From a pipe",
    },
  ],
  json: {
    schema: {
      type: "object",
      required: ["name", "role", "model"],
      properties: {
        name: { type: "string" },
        role: { type: "string" },
        model: { type: "string" },
      },
      description: "The agent as it is kept; docs/openapi.json has all its fields (Agent)",
    },
  },
  run: async (cli, args) => {
    const read = args.file === undefined ? {} : await definitionFrom(args.file, cli.input);
    const definition: Record<string, unknown> = { ...read };
    for (const field of FIELDS) if (args[field] !== undefined) definition[field] = args[field];
    const body = definition as never;
    const agent =
      args.replace && (await isThere(cli, definition["name"]))
        ? await answered(
            cli.api.PUT("/api/v1/agents/{name}", {
              params: { path: { name: String(definition["name"]) } },
              body,
            }),
          )
        : await answered(cli.api.POST("/api/v1/agents/create", { body }));
    cli.show(agent, ({ name, model }, out) => {
      out.line(`Agent ${oneLine(name)} answers with ${oneLine(model)}.`);
      out.note(`Run it: shared-ollama agents run ${oneLine(name)} "…"`);
    });
  },
});

/** Whether there is one that may be replaced: looked for in the list, since asking for it may be a 404. */
async function isThere({ api }: Cli, name: unknown): Promise<boolean> {
  if (typeof name !== "string" || name === "") return false;
  let after: string | undefined;
  do {
    const query = after === undefined ? {} : { after };
    const page = await answered(api.GET("/api/v1/agents", { params: { query } }));
    const found = page.agents.find((agent) => agent.name === name);
    if (found) return found.may_change;
    after = page.next ?? undefined;
  } while (after !== undefined);
  return false;
}
