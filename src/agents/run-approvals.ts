import type { McpTool } from "../mcp/mcp-tools.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import type { Decision, LiveRun } from "./live-run.ts";
import { RunEnd } from "./run-end.ts";
import type { RunHold } from "./run-hold.ts";
import type { ModelCall } from "./tool-call.ts";
import { isNamed } from "./tool-names.ts";

/** Calls of MCP tools that wait for a person are kept so long. */
const APPROVAL_MS = 3_600_000;

/** What a person has said of a call. */
export interface DecidedCall {
  /** The id under which the person was asked. */
  id: string;
  decision: Decision;
}

interface RunApprovalsOptions {
  run: LiveRun;
  hold: RunHold;
  deadlines: Pick<Deadlines, "after">;
  /** Told when the run's state has changed. */
  onChange: (run: LiveRun) => void;
}

/** Asks a person about calls of a run. */
export class RunApprovals {
  readonly #options: RunApprovalsOptions;

  constructor(options: RunApprovalsOptions) {
    this.#options = options;
  }

  /** Whether a call has to be approved. @param shown the name that the model knows the tool by. */
  isNeeded(tool: McpTool, shown: string): boolean {
    const rule = this.#options.run.agent.requireApproval;
    if (rule === "never") return false;
    return rule === "always" || isNamed(rule, tool, shown);
  }

  /** Waits for a person, and holds nothing meanwhile. @throws what ends the run. */
  async ask(tool: McpTool, call: ModelCall): Promise<DecidedCall> {
    const { run, hold, deadlines, onChange } = this.#options;
    const id = run.writer.askApproval(tool, call.args);
    hold.giveBack();
    const expire = (): void => run.stop(new RunEnd("approval_expired"));
    const callOff = deadlines.after(APPROVAL_MS, expire);
    try {
      const waiting = run.waitForApproval({
        callId: id,
        server: tool.server,
        tool: tool.name,
        args: call.args,
      });
      onChange(run);
      const decision = await waiting;
      await hold.take();
      onChange(run);
      return { id, decision };
    } finally {
      callOff();
    }
  }
}
