/** What a snippet is made for. */
export interface Connection {
  /** The service, with `/project/NAME` behind it where a project is named. No slash at the end. */
  base: string;
  model: string;
  visionModel: string;
  embeddingModel: string;
}

/** A program or library that can be pointed at the service. */
export interface ConnectedClient {
  /** What it is called by on the command line. */
  name: string;
  title: string;
  language: "bash" | "yaml" | "toml" | "python" | "ts";
  /** Where the snippet goes. */
  goes: string;
  /** The snippet, which ends with a line break. */
  snippet: (connection: Connection) => string;
}

/**
 * The address that a client is told: a project in it needs no header, which few clients can send.
 * @param project one that the service takes for a name.
 */
export function baseOf(origin: string, project: string | undefined): string {
  const bare = origin.replace(/\/+$/, "");
  if (project === undefined) return bare;
  // A slash would end the name; a colon and an at sign may stand in a path.
  const name = encodeURIComponent(project).replaceAll("%3A", ":").replaceAll("%40", "@");
  return `${bare}/project/${name}`;
}
