import type { AppContext } from "../../../middleware/env.ts";
import type { ManageAccess } from "../../../src/access/manage-access.ts";
import type { Viewer } from "../../../src/agents/agent-access.ts";
import type { AgentBook } from "../../../src/agents/agent-book.ts";
import type { AgentCheck } from "../../../src/agents/agent-check.ts";
import type { AgentValidator } from "../../../src/agents/agent-validator.ts";
import type { Agent } from "../../../src/agents/agent.ts";
import type { LiveRuns } from "../../../src/agents/live-runs.ts";
import type { RunBook } from "../../../src/agents/run-book.ts";
import { readQuery } from "../../read-query.ts";
import { OwnerQuery } from "../contract/agents/answers.ts";
import type { Guards } from "../services.ts";

/** What the routes of agents work with. */
export interface AgentServices {
  guards: Pick<Guards, "rate">;
  manageAccess: Pick<ManageAccess, "allows">;
  book: Pick<AgentBook, "create" | "find" | "list" | "ofOwner" | "remove" | "replace">;
  check: Pick<AgentCheck, "assert">;
  validator: Pick<AgentValidator, "validate">;
  runs: Pick<RunBook, "get" | "isOn" | "list">;
  /** Those in memory. */
  live: Pick<LiveRuns, "all" | "find">;
}

/** Who asks. */
export function viewerOf(
  c: AppContext,
  { manageAccess }: Pick<AgentServices, "manageAccess">,
): Viewer {
  return { tenant: c.get("record").tenant, manages: manageAccess.allows(c.get("exchange")) };
}

/**
 * The agent that the path names, and `owner` in the query where that is given. Another tenant's own
 * agent is only there for who may manage.
 * @throws ServiceError `agent_not_found`.
 */
export async function agentInPath(
  c: AppContext,
  { book }: Pick<AgentServices, "book">,
  { tenant, manages }: Viewer,
): Promise<Agent> {
  const name = c.req.param("name") ?? "";
  const { owner } = readQuery(c, OwnerQuery);
  if (owner === undefined || owner === tenant) {
    const agent = await book.find(tenant, name);
    return owner === undefined || agent.owner === owner ? agent : book.ofOwner(owner, name);
  }
  if (manages) return book.ofOwner(owner, name);
  // The same for an agent that is not there and for one that the client does not see.
  const agent = await book.find(tenant, name);
  return agent.owner === owner ? agent : book.ofOwner(tenant, name);
}
