import type { ServiceEvents } from "../events/service-events.ts";
import { toServiceError } from "../errors/render.ts";
import { ServiceError } from "../errors/service-error.ts";
import { isAbort } from "../errors/abort-reasons.ts";
import { type ChatMessage, toOllamaMessages } from "../dialects/messages.ts";
import { textOf } from "../inference/answer-text.ts";
import { wasCutOff } from "../dialects/responses/response-object.ts";
import { waitStatus } from "../dialects/wait-notices.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import type { CallStep } from "../inference/call-record.ts";
import type { OllamaRequest } from "../inference/runner.ts";
import type { LoadHints } from "../models/load-hints.ts";
import type { LiveRequests } from "../requests/live-requests.ts";
import { RequestRecord, type RequestEnd } from "../requests/request-record.ts";
import type { StrictRunner } from "../schemas/strict-runner.ts";
import type { StrictSchema } from "../inference/answer-schema.ts";
import type { LiveRun } from "./live-run.ts";
import { turnFailure } from "./run-end.ts";
import { modelStep } from "./run-steps.ts";
import { callsOf, type ModelCall } from "./tool-call.ts";
import type { OfferedTool } from "./tool-names.ts";

interface ModelTurnsOptions {
  /** Not the cached one: what tools have said is never the same. */
  runner: Pick<StrictRunner, "answer" | "stream">;
  live: Pick<LiveRequests, "begin" | "end">;
  events: Pick<ServiceEvents, "emit">;
  /** Writes down how a turn went. */
  logTurn: (record: RequestRecord, end: RequestEnd) => void;
  isStopping: () => boolean;
  /** Whether steps have their texts. */
  keepsTexts: boolean;
}

/** The form that the last answer is held to. */
export interface AnswerForm {
  format: string | Record<string, unknown>;
  strict: StrictSchema | undefined;
}

/** What all turns of a run have in common. */
export interface TurnSettings {
  /** Fields of Ollama's body: options, `keep_alive`, `think`. */
  fields: Readonly<Record<string, unknown>>;
  hints: LoadHints;
  background: boolean;
  /** As PlaceRequest, of the first turn. */
  maxExpectedMs: number | undefined;
}

/** One turn of a model. */
export interface TurnRequest {
  run: LiveRun;
  /** From 1. */
  number: number;
  settings: TurnSettings;
  messages: ChatMessage[];
  tools: readonly OfferedTool[];
  form: AnswerForm | undefined;
  /** Told of each line as it comes. */
  onLine: (line: OllamaAnswer) => void;
}

/** What a model has said. */
export interface ModelAnswer {
  text: string;
  calls: ModelCall[];
  isCut: boolean;
  inputTokens: number;
  outputTokens: number;
  /** Tokens of context that it ran with; undefined where nobody has told. */
  contextTokens: number | undefined;
}

/** Names under which a stream tells of what a turn waits for. */
const NOTICES: Partial<Record<CallStep, string>> = { place: "queue", model: "load" };

/** Has models take their turns: each is a request of its tenant like others, with a record of its own. */
export class ModelTurns {
  readonly #options: ModelTurnsOptions;

  constructor(options: ModelTurnsOptions) {
    this.#options = options;
  }

  /** Runs one turn to its end, and notes it as a step of its run. @throws as StrictRunner; the run's reason. */
  async take(request: TurnRequest): Promise<ModelAnswer> {
    const { run } = request;
    const { live, events, isStopping } = this.#options;
    const record = this.#record(request);
    const seat = live.begin(record, { callOff: (reason) => run.stop(reason) });
    events.emit("requestKnown", record);
    tellOfWaits(record, run);
    try {
      if (isStopping()) throw new ServiceError("shutting_down", "The service is stopping");
      const answer = await this.#answer(request, record);
      record.end({ status: 200, bytes: 0, complete: true });
      this.#note(request, record, "completed", answer.text);
      return answer;
    } catch (thrown) {
      const err = run.signal.aborted ? run.signal.reason : thrown;
      this.#endFailed(record, turnFailure(err));
      this.#note(request, record, run.signal.aborted ? "cancelled" : "error");
      throw err;
    } finally {
      live.end(seat);
    }
  }

  #record({ run, number, settings }: TurnRequest): RequestRecord {
    const { logTurn, isStopping } = this.#options;
    const { owner } = run;
    const record = new RequestRecord(`${run.id.slice("run_".length)}-${number}`, logTurn);
    record.kind = "item";
    record.tenant = owner.tenant;
    record.project = owner.project;
    record.client = owner.client;
    record.route = owner.route;
    record.operation = "agent";
    record.isCutOff = isStopping;
    // A background run outlives the request that began it, and its trace.
    if (!settings.background && !run.isDetached) record.call.trace = owner.trace?.within(record);
    return record;
  }

  async #answer(request: TurnRequest, record: RequestRecord): Promise<ModelAnswer> {
    const { run, number, settings, form } = request;
    const asked = ollamaRequest(request);
    const scope = {
      signal: run.signal,
      record,
      background: settings.background,
      maxExpectedMs: number === 1 ? settings.maxExpectedMs : undefined,
    };
    const said: ModelAnswer = {
      text: "",
      calls: [],
      isCut: false,
      inputTokens: 0,
      outputTokens: 0,
      contextTokens: undefined,
    };
    const take = (line: OllamaAnswer): void => {
      said.text += textOf(line);
      said.calls.push(...callsOf(line));
      said.isCut ||= wasCutOff(line);
      request.onLine(withoutCalls(line));
    };
    const { runner } = this.#options;
    if (form?.strict) take(await runner.answer(asked, scope));
    else for await (const line of await runner.stream(asked, scope)) take(line);
    const { usage, contextTokens } = record.call;
    const { inputTokens = 0, outputTokens = 0 } = usage ?? {};
    return { ...said, inputTokens, outputTokens, contextTokens };
  }

  #endFailed(record: RequestRecord, err: unknown): void {
    if (isAbort(err)) {
      record.end({ status: 0, bytes: 0, complete: false });
      return;
    }
    record.failed(err);
    record.end({ status: toServiceError(err, record.id).status, bytes: 0, complete: true });
  }

  #note({ run }: TurnRequest, record: RequestRecord, outcome: string, text?: string): void {
    const step = modelStep(record, outcome, this.#options.keepsTexts ? text : undefined);
    run.addStep(step);
  }
}

function ollamaRequest({ run, settings, messages, tools, form }: TurnRequest): OllamaRequest {
  const { fields, hints } = settings;
  return {
    path: "/api/chat",
    line: "text",
    model: run.model,
    body: {
      messages: toOllamaMessages(messages),
      ...fields,
      ...(tools.length > 0 ? { tools } : {}),
      ...(form ? { format: form.format } : {}),
    },
    hints,
    strict: form?.strict,
  };
}

/** Tells a run's readers what a turn waits for, beside others who follow it. */
function tellOfWaits(record: RequestRecord, run: LiveRun): void {
  record.call.watch(run, (step) => {
    const name = NOTICES[step];
    if (name !== undefined) {
      run.log.addOwn(name, { event: name, request_id: record.id, ...waitStatus(record) });
    }
  });
}

function withoutCalls(line: OllamaAnswer): OllamaAnswer {
  const { message } = line;
  if (typeof message !== "object" || message === null || !("tool_calls" in message)) return line;
  const { tool_calls: _calls, ...rest } = message;
  return { ...line, message: rest };
}
