import type { ChatMessage, ToolCall } from "../dialects/messages.ts";
import { isAbort } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { McpTool, McpToolBox, McpToolBoxes } from "../mcp/mcp-tools.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { unlessAborted } from "../runtime/unless-aborted.ts";
import { CallWatch } from "./call-watch.ts";
import type { Decision, LiveRun } from "./live-run.ts";
import type { AnswerForm, ModelAnswer, ModelTurns, TurnSettings } from "./model-turns.ts";
import { RunEnd } from "./run-end.ts";
import { type BegunStep, beginStep, tookMs } from "./run-steps.ts";
import type { StoredTool } from "./stored-tool.ts";
import type { ModelCall } from "./tool-call.ts";
import { isNamed, type NamedTool, ToolNames } from "./tool-names.ts";
import { cutOutput, outputRoom } from "./tool-output.ts";

/** What a run begins with. */
export interface RunPlan {
  /** The conversation so far, the agent's role first. */
  messages: readonly ChatMessage[];
  /** Functions that its client runs. */
  tools: readonly StoredTool[];
  settings: TurnSettings;
  /** What the last answer is held to. */
  form: AnswerForm | undefined;
  /** The most tokens of context that a conversation may have; undefined: as many as its model has. */
  maxTokens: number | undefined;
}

/** What runs are done with. */
export interface RunParts {
  turns: Pick<ModelTurns, "take">;
  boxes: Pick<McpToolBoxes, "open">;
  deadlines: Pick<Deadlines, "after">;
  /** Whether steps have their texts. */
  keepsTexts: boolean;
  /** Told when its state has changed. */
  onChange: (run: LiveRun) => void;
  /** Told of a mistake of ours. */
  onFault: (err: unknown) => void;
}

/** Ollama's own default, where nobody tells what a model runs with. */
const USUAL_CONTEXT = 4096;

/** Calls of MCP tools that wait for a person are kept so long. */
const APPROVAL_MS = 3_600_000;

/** Characters of a name in what a model is told. */
const SHOWN_CHARS = 100;

/** What a call has come to, as its model is told. */
interface CallResult {
  text: string;
  outcome: "completed" | "error" | "refused";
}

/**
 * One run: a model takes turns and calls tools, until it answers. What it holds of others – a place in
 * the queue while its model works, the tools' servers – it gives back, whatever ends it.
 */
export class AgentRun {
  readonly #run: LiveRun;
  readonly #plan: RunPlan;
  readonly #parts: RunParts;
  readonly #messages: ChatMessage[];
  readonly #watch: CallWatch;
  #box: McpToolBox | undefined;
  #names: ToolNames;
  #turns = 0;
  #contextTokens = USUAL_CONTEXT;
  #usedTokens = 0;
  /** Undoes the deadline, while it runs. */
  #callOff: (() => void) | undefined;
  /** Milliseconds that it may still take. */
  #leftMs: number;
  #since = 0;

  constructor(run: LiveRun, plan: RunPlan, parts: RunParts) {
    this.#run = run;
    this.#plan = plan;
    this.#parts = parts;
    this.#messages = [...plan.messages];
    this.#watch = new CallWatch(run.agent.maxToolCalls);
    this.#leftMs = run.agent.timeoutSec * 1000;
    this.#names = this.#namesOf([]);
  }

  /** Runs to the end, which is noted in the run. Never rejects. */
  async toEnd(): Promise<void> {
    const run = this.#run;
    this.#startClock();
    try {
      await this.#openTools();
      await this.#takeTurns();
      this.#giveBack();
      run.complete();
    } catch (thrown) {
      this.#giveBack();
      const err = run.signal.aborted ? run.signal.reason : thrown;
      run.fail(err);
      const isOurs = err instanceof ServiceError && err.code !== "internal_error";
      if (!isOurs && !(err instanceof RunEnd) && !isAbort(err)) this.#parts.onFault(err);
    }
    this.#parts.onChange(run);
  }

  async #takeTurns(): Promise<void> {
    for (;;) {
      // Tools can be called only where the answer is not held to a form.
      const hasTools = this.#names.offered.length > 0;
      const form = hasTools ? undefined : this.#plan.form;
      const isDraft = hasTools && this.#plan.form !== undefined;
      const answer = await this.#turn(form, isDraft);
      if (answer.isCut) throw new RunEnd("max_output_tokens");
      if (answer.calls.length === 0) {
        if (isDraft) await this.#lastTurn();
        return;
      }
      if (this.#turns >= this.#run.agent.maxSteps) throw new RunEnd("max_steps");
      await this.#callAll(answer);
    }
  }

  /** The answer once more, in its form: what came before was not held to it. */
  async #lastTurn(): Promise<void> {
    this.#messages.pop();
    const answer = await this.#turn(this.#plan.form, false, true);
    if (answer.isCut) throw new RunEnd("max_output_tokens");
  }

  /** @param isDraft its text is told only where it is no answer. */
  async #turn(
    form: AnswerForm | undefined,
    isDraft: boolean,
    isLast = false,
  ): Promise<ModelAnswer> {
    const run = this.#run;
    const { writer } = run;
    this.#turns += 1;
    const answer = await this.#parts.turns.take({
      run,
      number: this.#turns,
      settings: this.#plan.settings,
      messages: this.#messages,
      tools: isLast ? [] : this.#names.offered,
      form,
      onLine: (line) => {
        if (!isDraft) writer.say(line);
      },
    });
    if (isDraft && answer.calls.length > 0) {
      writer.say({ message: { role: "assistant", content: answer.text } });
    }
    const { inputTokens, outputTokens, contextTokens } = answer;
    writer.endTurn(inputTokens, outputTokens);
    const context = contextTokens ?? this.#contextTokens;
    this.#contextTokens = Math.min(context, this.#plan.maxTokens ?? context);
    this.#usedTokens = inputTokens + outputTokens;
    run.text = answer.text;
    this.#messages.push({
      role: "assistant",
      content: answer.text,
      tool_calls: answer.calls.map(toToolCall),
    });
    this.#parts.onChange(run);
    return answer;
  }

  /** Makes the calls of a turn, one after the other; those of its client are handed to that. */
  async #callAll({ calls }: ModelAnswer): Promise<void> {
    this.#watch.assertFew(calls.length);
    const ofClient: ModelCall[] = [];
    let outputs = calls.length;
    for (const call of calls) {
      const named = this.#names.find(call.name);
      if (named?.kind === "client" && call.parsed) {
        ofClient.push(call);
        outputs -= 1;
        continue;
      }
      const { text } = await this.#result(call, named, outputs);
      outputs -= 1;
      this.#messages.push({ role: "tool", tool_call_id: call.id, content: text });
      this.#usedTokens += Math.ceil(text.length / 3);
      this.#watch.ended(call, text);
    }
    if (ofClient.length === 0) return;
    this.#run.calls = ofClient.map(toToolCall);
    for (const call of this.#run.calls) this.#run.writer.call(call);
    throw new RunEnd("tool_calls");
  }

  async #result(
    call: ModelCall,
    named: NamedTool | undefined,
    outputs: number,
  ): Promise<CallResult> {
    const shown = call.name.slice(0, SHOWN_CHARS);
    if (!named) {
      const result = refusal(`There is no tool '${shown}'. ${this.#offer()}`, "error");
      this.#refused(call, undefined, result);
      this.#watch.isUnknown();
      return result;
    }
    const tool = named.kind === "mcp" ? named.tool : undefined;
    if (named.kind === "mcp" && !named.isAllowed) {
      const result = refusal(`The tool '${shown}' may not be used here. ${this.#offer()}`);
      this.#refused(call, tool, result);
      return result;
    }
    if (!call.parsed) {
      const text = `The arguments of '${shown}' are no JSON object: ${call.args.slice(0, SHOWN_CHARS)}`;
      const result = refusal(text, "error");
      this.#refused(call, tool, result);
      this.#watch.isBroken();
      return result;
    }
    if (!tool) throw new RangeError("a client's call is not made here");
    return this.#callTool(tool, { ...call, parsed: call.parsed }, outputs);
  }

  #offer(): string {
    const names = this.#names.offered.map(({ function: { name } }) => name);
    return names.length === 0
      ? "There are no tools."
      : `There are: ${names.join(", ").slice(0, 1000)}.`;
  }

  async #callTool(
    tool: McpTool,
    call: ModelCall & { parsed: Readonly<Record<string, unknown>> },
    outputs: number,
  ): Promise<CallResult> {
    this.#watch.begins();
    const approval = this.#needsApproval(tool, call.name)
      ? await this.#approved(tool, call)
      : undefined;
    if (approval && !approval.decision.approve) {
      const { reason } = approval.decision;
      const why = reason ? `: ${reason}` : "";
      const result = refusal(`A person has denied this call${why}. Do not make it again.`);
      this.#refused(call, tool, result, approval.id);
      return result;
    }
    const box = this.#box;
    const asked = box?.tools.find(({ server, name }) => isSame({ server, name }, tool));
    if (!box || !asked) {
      const result = refusal(`The tool '${tool.name}' is not there any more.`, "error");
      this.#refused(call, tool, result, approval?.id);
      return result;
    }
    const run = this.#run;
    const step = beginStep();
    const tell = run.writer.callTool(tool, call.args, approval?.id);
    try {
      const { signal } = run;
      signal.throwIfAborted();
      const outcome = await unlessAborted(box.call(asked, call.parsed, signal), signal);
      const text = this.#fitted(outcome.text, outputs);
      tell({ text, isError: outcome.isError });
      const result: CallResult = { text, outcome: outcome.isError ? "error" : "completed" };
      this.#noteCall(step, tool, call, result);
      return result;
    } catch (err) {
      tell(undefined);
      this.#noteCall(step, tool, call, { text: "", outcome: "cancelled" });
      throw err;
    }
  }

  #fitted(text: string, outputs: number): string {
    const contextTokens = this.#contextTokens;
    const room = outputRoom({ contextTokens, usedTokens: this.#usedTokens, outputs });
    return cutOutput(text, room).text;
  }

  /** @param shown the name that its model knows it by. */
  #needsApproval(tool: McpTool, shown: string): boolean {
    const rule = this.#run.agent.requireApproval;
    if (rule === "never") return false;
    return rule === "always" || isNamed(rule, tool, shown);
  }

  /** Waits for a person, and holds nothing meanwhile. */
  async #approved(tool: McpTool, call: ModelCall): Promise<{ id: string; decision: Decision }> {
    const run = this.#run;
    const id = run.writer.askApproval(tool, call.args);
    this.#giveBack();
    const expire = (): void => run.stop(new RunEnd("approval_expired"));
    const callOff = this.#parts.deadlines.after(APPROVAL_MS, expire);
    try {
      const waiting = run.waitForApproval({
        callId: id,
        server: tool.server,
        tool: tool.name,
        args: call.args,
      });
      this.#parts.onChange(run);
      const decision = await waiting;
      this.#startClock();
      await this.#openTools();
      this.#parts.onChange(run);
      return { id, decision };
    } finally {
      callOff();
    }
  }

  /** A call that is not made, as a step and in the stream. */
  #refused(
    call: ModelCall,
    tool: McpTool | undefined,
    result: CallResult,
    approvalId?: string,
  ): void {
    const shown = tool ?? { server: "", name: call.name };
    const tell = this.#run.writer.callTool(shown, call.args, approvalId);
    tell({ text: result.text, isError: true });
    this.#noteCall(beginStep(), shown, call, result);
  }

  #noteCall(
    step: BegunStep,
    { server, name }: Pick<McpTool, "server" | "name">,
    { args }: ModelCall,
    { text, outcome }: Omit<CallResult, "outcome"> & { outcome: string },
  ): void {
    const texts = this.#parts.keepsTexts ? { text, args } : {};
    this.#run.addStep({
      kind: "tool",
      server: server === "" ? undefined : server,
      tool: name,
      startedAtMs: step.startedAtMs,
      tookMs: tookMs(step),
      outcome,
      ...texts,
    });
  }

  async #openTools(): Promise<void> {
    const run = this.#run;
    const { mcp: servers } = run.agent;
    if (servers.length === 0 || this.#box) return;
    const isFirst = this.#turns === 0;
    const told = isFirst ? servers.map((name) => ({ name, tell: run.writer.listTools(name) })) : [];
    try {
      const { tenant } = run.owner;
      this.#box = await this.#opened(servers, { tenant, run: run.id });
    } catch (err) {
      const why = err instanceof Error ? err.message : "";
      for (const { tell } of told) tell([], why);
      throw err;
    }
    const { tools } = this.#box;
    // What the model was told first holds for all of its turns.
    if (isFirst) this.#names = this.#namesOf(tools);
    for (const { name, tell } of told) {
      tell(tools.filter((tool) => tool.server === name && this.#names.isAllowed(tool)));
    }
  }

  /** A box that comes after the run was called off is given back. */
  async #opened(servers: readonly string[], holder: { tenant: string; run: string }) {
    const { signal } = this.#run;
    signal.throwIfAborted();
    const opening = this.#parts.boxes.open(servers, holder, signal);
    try {
      return await unlessAborted(opening, signal);
    } catch (err) {
      opening.then((box) => this.#close(box)).catch(() => {});
      throw err;
    }
  }

  #namesOf(tools: readonly McpTool[]): ToolNames {
    const { agent } = this.#run;
    const own = [...(agent.tools ?? []), ...this.#plan.tools];
    return new ToolNames({ mcp: tools, allowed: agent.allowedTools, client: own });
  }

  /** Neither its time runs nor are there tools, until it goes on. */
  #giveBack(): void {
    this.#callOff?.();
    this.#callOff = undefined;
    this.#leftMs -= performance.now() - this.#since;
    const box = this.#box;
    this.#box = undefined;
    if (box) this.#close(box);
  }

  /** Not waited for: what ends a run is told at once. */
  #close(box: McpToolBox): void {
    box.close().catch((err: unknown) => this.#parts.onFault(err));
  }

  #startClock(): void {
    this.#since = performance.now();
    const expire = (): void => this.#run.stop(new RunEnd("timeout"));
    this.#callOff = this.#parts.deadlines.after(Math.max(0, this.#leftMs), expire);
  }
}

function refusal(text: string, outcome: CallResult["outcome"] = "refused"): CallResult {
  return { text, outcome };
}

function isSame(a: Pick<McpTool, "server" | "name">, b: McpTool): boolean {
  return a.server === b.server && a.name === b.name;
}

/** What a model is told that it has called; what is no JSON object is told to it otherwise. */
function toToolCall({ id, name, args, parsed }: ModelCall): ToolCall {
  return { id, type: "function", function: { name, arguments: parsed ? args || "{}" : "{}" } };
}
