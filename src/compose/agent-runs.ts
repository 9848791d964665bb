import { LiveRuns } from "../agents/live-runs.ts";
import { ModelTurns } from "../agents/model-turns.ts";
import type { RunBook } from "../agents/run-book.ts";
import type { McpToolBoxes } from "../mcp/mcp-tools.ts";
import type { StrictRunner } from "../schemas/strict-runner.ts";
import type { Base } from "./base.ts";
import type { Requests } from "./requests.ts";

interface AgentRunParts {
  runner: StrictRunner;
  requests: Requests;
  book: RunBook;
  boxes: McpToolBoxes;
  isStopping: () => boolean;
}

/** Builds what runs agents. */
export function composeAgentRuns(
  { settings, deadlines, events, logs }: Base,
  { runner, requests, book, boxes, isStopping }: AgentRunParts,
): LiveRuns {
  const keepsTexts = settings.agentTrace === "full";
  return new LiveRuns({
    perTenant: settings.agentRunsPerTenant,
    turns: new ModelTurns({
      runner,
      live: requests.live,
      events,
      logTurn: (record, end) => requests.log.writeTurn(record, end),
      isStopping,
      keepsTexts,
    }),
    boxes,
    book,
    events,
    deadlines,
    keepsTexts,
    onFault: (err) => logs.service.error({ err }, "a run of an agent has failed"),
  });
}
