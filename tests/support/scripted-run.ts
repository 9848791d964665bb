import { onTestFinished } from "vitest";
import type { Agent } from "../../src/agents/agent.ts";
import type { KeptRun } from "../../workers/request-store/agents/kept-run.ts";
import type { LiveRun } from "../../src/agents/live-run.ts";
import { LiveRuns, type NewRun } from "../../src/agents/live-runs.ts";
import type { ModelAnswer, TurnRequest } from "../../src/agents/model-turns.ts";
import { callsOf } from "../../src/agents/tool-call.ts";
import { PLAIN_SETTINGS } from "../../src/dialects/responses/response-object.ts";
import type { McpHolder, McpOutcome, McpTool, McpToolBox } from "../../src/mcp/mcp-tools.ts";
import { Deadlines } from "../../src/runtime/deadlines.ts";
import type { Signal } from "../../src/runtime/light-signal.ts";
import { unlessAborted } from "../../src/runtime/unless-aborted.ts";
import { within } from "./deadline.ts";

/** What a model says in a turn. */
export interface SaidTurn {
  text?: string;
  /** Names, and arguments as the server has them. */
  calls?: readonly (readonly [name: string, args: unknown])[];
  isCut?: boolean;
  contextTokens?: number;
}

type ToolAnswer = string | McpOutcome | Promise<McpOutcome>;

interface RunScript {
  agent?: Partial<Agent>;
  /** One for each turn; the last one again and again. */
  turns: readonly (SaidTurn | ((request: TurnRequest) => SaidTurn | Promise<SaidTurn>))[];
  tools?: readonly McpTool[];
  /** What a tool answers; default: its name. */
  answer?: (tool: McpTool, args: Readonly<Record<string, unknown>>) => ToolAnswer;
  plan?: Partial<NewRun>;
}

export const tool = (name: string, server = "library"): McpTool => ({
  server,
  name,
  description: undefined,
  inputSchema: { type: "object" },
});

export const AGENT: Agent = {
  name: "helper",
  role: "You help.",
  model: "fake",
  mcp: ["library"],
  requireApproval: "never",
  maxSteps: 10,
  timeoutSec: 300,
  visibility: "tenant",
  owner: "acme",
  createdAtMs: 0,
  updatedAtMs: 0,
};

/** Runs of agents without a model, a server or a network: what both say is written in the test. */
export class ScriptedRuns {
  readonly asked: TurnRequest["messages"][] = [];
  readonly calls: { name: string; args: unknown }[] = [];
  readonly saved: KeptRun[] = [];
  readonly faults: unknown[] = [];
  readonly deadlines = new Deadlines({ sweepMs: 5 });
  openBoxes = 0;
  readonly runs: LiveRuns;
  #script: RunScript = { turns: [] };
  #turn = 0;

  constructor(options: { perTenant?: number; limits?: object } = {}) {
    this.runs = new LiveRuns({
      perTenant: 2,
      ...options,
      turns: { take: (request) => this.#take(request) },
      boxes: { open: (_servers, holder, signal) => this.#open(holder, signal) },
      deadlines: this.deadlines,
      keepsTexts: true,
      onFault: (err) => this.faults.push(err),
      book: { save: (run) => this.saved.push(run) },
      events: { emit: () => {} },
    });
    onTestFinished(() => this.runs.stop());
  }

  begin(script: RunScript, owner: { tenant?: string; isDetached?: boolean } = {}): LiveRun {
    this.#script = script;
    this.#turn = 0;
    const { tenant = "acme", isDetached = false } = owner;
    return this.runs.begin({
      run: {
        owner: { tenant, project: tenant, client: undefined, route: undefined },
        agent: { ...AGENT, ...script.agent },
        model: "fake",
        head: newHead(),
        isDetached,
      },
      messages: [{ role: "user", content: "hi" }],
      tools: [],
      settings: {
        fields: {},
        hints: { kind: "generate" },
        background: false,
        maxExpectedMs: undefined,
      },
      form: undefined,
      maxTokens: undefined,
      ...script.plan,
    });
  }

  /** Runs it to its end. */
  async toEnd(script: RunScript): Promise<LiveRun> {
    const run = this.begin(script);
    await within(run.ended(), "the run ends");
    return run;
  }

  async #take(request: TurnRequest): Promise<ModelAnswer> {
    this.asked.push(structuredClone(request.messages));
    const { turns } = this.#script;
    const turn = turns[Math.min(this.#turn, turns.length - 1)];
    this.#turn += 1;
    if (turn === undefined) throw new RangeError("no turn to take");
    request.run.signal.throwIfAborted();
    const said = await unlessAborted(
      Promise.resolve(typeof turn === "function" ? turn(request) : turn),
      request.run.signal,
    );
    const { text = "", calls = [], isCut = false, contextTokens } = said;
    if (text !== "") request.onLine({ message: { role: "assistant", content: text } });
    const tool_calls = calls.map(([name, args]) => ({ function: { name, arguments: args } }));
    request.run.addStep({
      kind: "model",
      requestId: `${request.number}`,
      startedAtMs: 0,
      tookMs: 1,
      outcome: "completed",
    });
    return {
      text,
      calls: callsOf({ message: { tool_calls } }),
      isCut,
      inputTokens: 10,
      outputTokens: 5,
      contextTokens,
    };
  }

  async #open({ tenant }: McpHolder, signal: Signal): Promise<McpToolBox> {
    signal.throwIfAborted();
    if (tenant === "broken") throw new Error("no server");
    const { tools = [], answer = ({ name }) => name } = this.#script;
    this.openBoxes += 1;
    return {
      tools,
      call: async (called, args) => {
        this.calls.push({ name: called.name, args });
        const said = await answer(called, args);
        return typeof said === "string" ? { text: said, isError: false, cutBytes: 0 } : said;
      },
      close: async () => {
        this.openBoxes -= 1;
      },
    };
  }
}

export function newHead() {
  return { id: `resp_${crypto.randomUUID().replaceAll("-", "")}`, settings: PLAIN_SETTINGS };
}

/** The events of a run so far, parsed, with their names. */
export function eventsOfRun({ log }: LiveRun): { name: string; data: Record<string, unknown> }[] {
  const all: { name: string; data: Record<string, unknown> }[] = [];
  for (let number = log.first; number < log.next; number += 1) {
    const [, name = "", data = "{}"] =
      /^event: (\S+)\ndata: (.*)\n\n$/s.exec(log.at(number)?.text ?? "") ?? [];
    all.push({ name, data: JSON.parse(data) as Record<string, unknown> });
  }
  return all;
}

/** What tools have said, of a model's messages. */
export function toolMessages(messages: readonly { role: string; content?: unknown }[] = []) {
  return messages.filter(({ role }) => role === "tool").map(({ content }) => content);
}
