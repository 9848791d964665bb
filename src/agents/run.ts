import type { ChatMessage, ToolCall } from "../dialects/messages.ts";
import { isAbort } from "../errors/abort-reasons.ts";
import { ServiceError } from "../errors/service-error.ts";
import type { McpToolBoxes } from "../mcp/mcp-tools.ts";
import type { Deadlines } from "../runtime/deadlines.ts";
import { CallWatch } from "./call-watch.ts";
import type { LiveRun } from "./live-run.ts";
import type { AnswerForm, ModelAnswer, ModelTurns, TurnSettings } from "./model-turns.ts";
import { RunApprovals } from "./run-approvals.ts";
import { RunCalls } from "./run-calls.ts";
import { RunEnd } from "./run-end.ts";
import { RunHold } from "./run-hold.ts";
import type { StoredTool } from "./stored-tool.ts";
import type { ModelCall } from "./tool-call.ts";
import { outputRoom } from "./tool-output.ts";

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
  readonly #hold: RunHold;
  readonly #calls: RunCalls;
  #turns = 0;
  #contextTokens = USUAL_CONTEXT;
  #usedTokens = 0;

  constructor(run: LiveRun, plan: RunPlan, parts: RunParts) {
    this.#run = run;
    this.#plan = plan;
    this.#parts = parts;
    this.#messages = [...plan.messages];
    this.#watch = new CallWatch(run.agent.maxToolCalls);
    const { boxes, deadlines, keepsTexts, onChange, onFault } = parts;
    const hold = new RunHold({ run, clientTools: plan.tools, boxes, deadlines, onFault });
    const approvals = new RunApprovals({ run, hold, deadlines, onChange });
    this.#hold = hold;
    this.#calls = new RunCalls({ run, hold, watch: this.#watch, approvals, keepsTexts });
  }

  /** Runs to the end, which is noted in the run. Never rejects. */
  async toEnd(): Promise<void> {
    const run = this.#run;
    try {
      await this.#hold.take();
      await this.#takeTurns();
      this.#hold.giveBack();
      run.complete();
    } catch (thrown) {
      this.#hold.giveBack();
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
      const hasTools = this.#hold.names.offered.length > 0;
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
      tools: isLast ? [] : this.#hold.names.offered,
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
      const named = this.#hold.names.find(call.name);
      if (named?.kind === "client" && call.parsed) {
        ofClient.push(call);
        outputs -= 1;
        continue;
      }
      const text = await this.#calls.make(call, named, this.#roomFor(outputs));
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

  /** The characters that an output may have, of so many that are still to come for this turn. */
  #roomFor(outputs: number): number {
    const contextTokens = this.#contextTokens;
    return outputRoom({ contextTokens, usedTokens: this.#usedTokens, outputs });
  }
}

/** What a model is told that it has called; what is no JSON object is told to it otherwise. */
function toToolCall({ id, name, args, parsed }: ModelCall): ToolCall {
  return { id, type: "function", function: { name, arguments: parsed ? args || "{}" : "{}" } };
}
