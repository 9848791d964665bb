/**
 * What is wrong with an MCP server. Its message is a half-sentence whose subject is the server, fit for
 * clients: it has nothing of the server's command, environment, headers or error output.
 */
export class McpFault extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "McpFault";
  }
}
