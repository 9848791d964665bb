import type { ManageAccess } from "../../../src/access/manage-access.ts";
import type { AgentBook } from "../../../src/agents/agent-book.ts";
import type { LiveRuns } from "../../../src/agents/live-runs.ts";
import type { RunBook } from "../../../src/agents/run-book.ts";
import type { Deadlines } from "../../../src/runtime/deadlines.ts";

/** What routes work with that run agents, or look at their runs. */
export interface AgentRunServices {
  book: Pick<AgentBook, "find">;
  runs: Pick<LiveRuns, "all" | "answer" | "begin" | "find" | "waitingWith">;
  /** Runs that are kept on disk. */
  kept: Pick<RunBook, "get">;
  deadlines: Pick<Deadlines, "after">;
  manageAccess: Pick<ManageAccess, "allows">;
}
