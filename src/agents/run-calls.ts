import type { McpTool } from "../mcp/mcp-tools.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import type { CallWatch } from "./call-watch.ts";
import type { LiveRun } from "./live-run.ts";
import type { RunApprovals } from "./run-approvals.ts";
import type { RunHold } from "./run-hold.ts";
import { type BegunStep, beginStep, tookMs } from "./run-steps.ts";
import type { ModelCall } from "./tool-call.ts";
import type { NamedTool } from "./tool-names.ts";
import { cutOutput } from "./tool-output.ts";

/** Characters of a name in what a model is told. */
const SHOWN_CHARS = 100;

/** What a call has come to, as its model is told. */
interface CallResult {
  text: string;
  outcome: "completed" | "error" | "refused";
}

/** A call whose arguments could be read. */
type ReadCall = ModelCall & { parsed: Readonly<Record<string, unknown>> };

interface RunCallsOptions {
  run: LiveRun;
  hold: RunHold;
  watch: CallWatch;
  approvals: RunApprovals;
  /** Whether steps have their texts. */
  keepsTexts: boolean;
}

/** Makes the calls of a run, as far as they can be made and may be. */
export class RunCalls {
  readonly #options: RunCallsOptions;

  constructor(options: RunCallsOptions) {
    this.#options = options;
  }

  /**
   * Makes a call that is not its client's.
   * @param maxChars that its output may have.
   * @returns what its model is told. @throws what ends the run.
   */
  async make(call: ModelCall, named: NamedTool | undefined, maxChars: number): Promise<string> {
    const shown = call.name.slice(0, SHOWN_CHARS);
    const { watch } = this.#options;
    if (!named) {
      const why = `There is no tool '${shown}'. ${this.#offer()}`;
      const told = this.#refuse(call, undefined, { text: why, outcome: "error" });
      watch.isUnknown();
      return told;
    }
    const tool = named.kind === "mcp" ? named.tool : undefined;
    if (named.kind === "mcp" && !named.isAllowed) {
      const why = `The tool '${shown}' may not be used here. ${this.#offer()}`;
      return this.#refuse(call, tool, { text: why, outcome: "refused" });
    }
    if (!call.parsed) {
      const why = `The arguments of '${shown}' are no JSON object: ${call.args.slice(0, SHOWN_CHARS)}`;
      const told = this.#refuse(call, tool, { text: why, outcome: "error" });
      watch.isBroken();
      return told;
    }
    if (!tool) throw new RangeError("a client's call is not made here");
    return this.#callTool(tool, { ...call, parsed: call.parsed }, maxChars);
  }

  #offer(): string {
    const names = this.#options.hold.names.offered.map(({ function: { name } }) => name);
    return names.length === 0
      ? "There are no tools."
      : `There are: ${names.join(", ").slice(0, 1000)}.`;
  }

  async #callTool(tool: McpTool, call: ReadCall, maxChars: number): Promise<string> {
    const { hold, watch, approvals } = this.#options;
    watch.begins();
    const approval = approvals.isNeeded(tool, call.name)
      ? await approvals.ask(tool, call)
      : undefined;
    if (approval && !approval.decision.approve) {
      const { reason } = approval.decision;
      const why = reason ? `: ${reason}` : "";
      const text = `A person has denied this call${why}. Do not make it again.`;
      return this.#refuse(call, tool, { text, outcome: "refused" }, approval.id);
    }
    const { box } = hold;
    const asked = box?.tools.find((one) => isSame(one, tool));
    if (!box || !asked) {
      const text = `The tool '${tool.name}' is not there any more.`;
      return this.#refuse(call, tool, { text, outcome: "error" }, approval?.id);
    }
    const { signal, writer } = this.#options.run;
    const step = beginStep();
    const tell = writer.callTool(tool, call.args, approval?.id);
    try {
      signal.throwIfAborted();
      const outcome = await unlessAborted(box.call(asked, call.parsed, signal), signal);
      const { text } = cutOutput(outcome.text, maxChars);
      tell({ text, isError: outcome.isError });
      this.#note(step, tool, call, { text, outcome: outcome.isError ? "error" : "completed" });
      return text;
    } catch (err) {
      tell(undefined);
      this.#note(step, tool, call, { text: "", outcome: "cancelled" });
      throw err;
    }
  }

  /** A call that is not made, as a step and in the stream. @returns what its model is told. */
  #refuse(
    call: ModelCall,
    tool: McpTool | undefined,
    result: CallResult,
    approvalId?: string,
  ): string {
    const shown = tool ?? { server: "", name: call.name };
    const tell = this.#options.run.writer.callTool(shown, call.args, approvalId);
    tell({ text: result.text, isError: true });
    this.#note(beginStep(), shown, call, result);
    return result.text;
  }

  #note(
    step: BegunStep,
    { server, name }: Pick<McpTool, "server" | "name">,
    { args }: ModelCall,
    { text, outcome }: CallResult | { text: string; outcome: "cancelled" },
  ): void {
    const { run, keepsTexts } = this.#options;
    run.addStep({
      kind: "tool",
      server: server === "" ? undefined : server,
      tool: name,
      startedAtMs: step.startedAtMs,
      tookMs: tookMs(step),
      outcome,
      ...(keepsTexts ? { text, args } : {}),
    });
  }
}

function isSame(a: Pick<McpTool, "server" | "name">, b: McpTool): boolean {
  return a.server === b.server && a.name === b.name;
}
