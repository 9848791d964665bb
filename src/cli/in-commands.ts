/** What the service's messages name, and how it is said on a command line. */
const COMMANDS: readonly (readonly [route: string, command: string])[] = [
  ["POST /api/v1/agents/create", "shared-ollama agents create"],
  ["DELETE /api/v1/agents/{name}", "shared-ollama agents rm"],
  ["GET /api/v1/agents lists", "shared-ollama agents list shows"],
  ["POST /api/v1/models/pull", "shared-ollama models pull"],
  ["DELETE /api/v1/models/pull/{name}", "shared-ollama models pull NAME --cancel"],
];

/** A refusal of the service, with commands in place of routes, and what to do next. */
export function inCommands(message: string, code: unknown): string {
  const said = COMMANDS.reduce((text, [route, command]) => text.replace(route, command), message);
  const isBare = code === "model_not_found" && said.endsWith("not found");
  return isBare ? `${said}. See: shared-ollama models list` : said;
}
