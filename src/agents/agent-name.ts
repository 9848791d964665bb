/** What an agent may be called. */
export const AGENT_NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$/;

/** Names that are routes beside those of agents. */
export const RESERVED_AGENT_NAMES: ReadonlySet<string> = new Set(["create", "runs"]);
