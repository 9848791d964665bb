import type { AppContext } from "../../../middleware/env.ts";
import type { LiveRun } from "../../../src/agents/live-run.ts";
import { withEarlyEnd } from "../../../src/http/early-end.ts";
import { streamAnswer, streamHead } from "../../stream-answer.ts";
import type { AgentRunServices } from "./run-services.ts";

/** Answers with a run's events, up to the end of the response that is under way. */
export function streamRun(
  c: AppContext,
  { deadlines }: Pick<AgentRunServices, "deadlines">,
  run: LiveRun,
): Response {
  const record = c.get("record");
  const { writer } = run;
  record.streamed = true;
  const reader = run.log.read({ from: writer.firstEvent, until: "response", deadlines });
  record.onEnd(() => reader.end());
  // On Bun a client that leaves its stream may be told of by the stream alone.
  const pieces = withEarlyEnd(reader.pieces(), () => run.leave(writer));
  return streamAnswer(c, streamHead("text/event-stream"), pieces);
}
