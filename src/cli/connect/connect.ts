import { answered } from "../api.ts";
import { ENGINE_TEXT_MODEL } from "../../models/provision/first-models.ts";
import type { Cli } from "../cli.ts";
import { NotFound } from "../cli-error.ts";
import { closest } from "../closest.ts";
import { defineCommand } from "../command.ts";
import { installedNames } from "../models/installed-names.ts";
import { isSameModel } from "../models/same-model.ts";
import { projectName } from "../project-name.ts";
import { baseOf, type ConnectedClient, type Connection } from "./client.ts";
import { CLIENTS } from "./clients.ts";

/** What stands where no service says which models it has. */
const NO_MODEL = "MODEL";
const PATIENCE_MS = 2000;

const shape = {
  type: "object",
  required: ["name", "title", "language", "goes", "snippet"],
  additionalProperties: false,
  properties: {
    name: { type: "string" },
    title: { type: "string" },
    language: { enum: ["bash", "yaml", "toml", "python", "ts"] },
    goes: { type: "string", description: "Where the snippet goes" },
    snippet: { type: "string" },
  },
};

export const connect = defineCommand({
  about:
    "Without a name it lists the clients. With one it writes what to set, and nothing else, so that a shell can evaluate it or a file take it. The address is the service's; with --project the project is in it, so that the client is a tenant of its own.",
  args: {
    client: {
      type: "positional",
      required: false,
      valueHint: "CLIENT",
      description: "Which client: see the list",
    },
    model: {
      type: "string",
      valueHint: "MODEL",
      description: "The model to ask (default: the service's own, else the first it has)",
    },
  },
  examples: [
    { line: "shared-ollama connect", about: "What can be connected" },
    {
      line: 'eval "$(shared-ollama connect claude-code --project story-machine)"',
      about: "Set this shell up for Claude Code, as a project of its own",
    },
    {
      line: "shared-ollama connect continue > config.yaml",
      about: "A file for Continue",
    },
    { line: "shared-ollama connect openai-python", about: "A program to start from" },
  ],
  json: {
    schema: {
      oneOf: [
        { ...shape, description: "With a name" },
        {
          type: "object",
          required: ["clients"],
          additionalProperties: false,
          properties: { clients: { type: "array", items: shape } },
        },
      ],
    },
  },
  run: async (cli, { client: name, model }) => {
    const project = projectName(cli.flags.project);
    const wanted = name === undefined ? undefined : clientNamed(name);
    const connection = await connectionOf(cli, { project, model });
    const told = (client: ConnectedClient) => ({
      name: client.name,
      title: client.title,
      language: client.language,
      goes: client.goes,
      snippet: client.snippet(connection),
    });
    if (!wanted) {
      cli.show({ clients: CLIENTS.map(told) }, ({ clients }, out) => {
        out.table(
          [
            { head: "NAME" },
            { head: "CLIENT", shrinks: true },
            { head: "GOES INTO", shrinks: true },
          ],
          clients.map(({ name, title, goes }) => [name, title, goes]),
        );
      });
      return;
    }
    cli.show(told(wanted), ({ snippet, goes }, out) => {
      out.stdout.write(snippet);
      if (out.isTerminal) out.note(out.errorStyle.dim(`\nGoes into ${goes}.`));
      if (snippet.includes(NO_MODEL) && connection.model === NO_MODEL) {
        out.note(`Put a model's name in place of ${NO_MODEL}, or name it with --model NAME.`);
      }
    });
  },
});

function clientNamed(name: string): ConnectedClient {
  const found = CLIENTS.find((client) => client.name === name.toLowerCase());
  if (found) return found;
  const near = closest(
    name,
    CLIENTS.map((client) => client.name),
  );
  throw new NotFound(
    `There is no client ${name}${near ? `; did you mean ${near}?` : ""}. All: shared-ollama connect`,
  );
}

/** The service's own default models, where it runs. */
async function connectionOf(
  cli: Cli,
  { project, model }: { project: string | undefined; model: string | undefined },
): Promise<Connection> {
  const base = baseOf(cli.url, project);
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const [profile, installed] = await Promise.all([
    answered(cli.api.GET("/api/v1/system/model-profile", { signal })).catch(() => undefined),
    installedNames(cli.api, PATIENCE_MS),
  ]);
  const embeddingModel = profile?.embedding_model ?? "all-minilm";
  const texts = installed.filter((name) => !isSameModel(name, embeddingModel));
  const preferred = profile?.default_text_model;
  // The embedded engine, and many an Ollama, has none of the profile's.
  const there = [preferred, ENGINE_TEXT_MODEL].find((name) =>
    texts.some((text) => name !== undefined && isSameModel(text, name)),
  );
  return {
    base,
    model: model ?? there ?? texts[0] ?? preferred ?? NO_MODEL,
    visionModel: model ?? profile?.default_vlm_model ?? NO_MODEL,
    embeddingModel,
  };
}
