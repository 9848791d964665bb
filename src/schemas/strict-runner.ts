import type { SchemaThread } from "../../workers/schemas/client.ts";
import type { SchemaFault, SchemaText } from "../../workers/schemas/protocol.ts";
import { withCallsOrText } from "../dialects/answered-calls.ts";
import { objectOf } from "../runtime/object-of.ts";
import { textOf } from "../inference/answer-text.ts";
import { ServiceError } from "../errors/service-error.ts";
import { withEarlyEnd } from "../http/early-end.ts";
import type { OllamaAnswer } from "../inference/answers.ts";
import type { InferenceRunner, OllamaRequest, RequestScope } from "../inference/runner.ts";
import { repairRequest, withFiguresOf } from "./repair.ts";
import type { StrictSchema } from "../inference/answer-schema.ts";
import { schemaMismatch, schemaText, unusableSchema } from "./strict-schema.ts";

interface StrictRunnerOptions {
  runner: Pick<InferenceRunner, "answer" | "stream">;
  thread: Pick<SchemaThread, "compile" | "check">;
}

type StrictRequest = OllamaRequest & { strict: StrictSchema };

/** Characters of a streamed answer that are kept for its check. A longer one does not hold. */
const LONGEST_CHECKED = 4 * 1_048_576;

/**
 * Runs inference, and holds answers to the schemas of those requests that have one to be held to. A
 * whole answer that does not hold is made once more; of a stream its last line says whether it did.
 */
export class StrictRunner {
  readonly #runner: StrictRunnerOptions["runner"];
  readonly #thread: StrictRunnerOptions["thread"];

  constructor({ runner, thread }: StrictRunnerOptions) {
    this.#runner = runner;
    this.#thread = thread;
  }

  /**
   * As InferenceRunner.answer.
   * @throws ServiceError `invalid_request` for a schema that cannot be used; `schema_mismatch`.
   */
  answer(request: OllamaRequest, scope: RequestScope): Promise<OllamaAnswer> {
    return isStrict(request) ? this.#held(request, scope) : this.#runner.answer(request, scope);
  }

  /** As InferenceRunner.stream. @throws as `answer`, but no `schema_mismatch`. */
  async stream(request: OllamaRequest, scope: RequestScope): Promise<AsyncGenerator<OllamaAnswer>> {
    if (!isStrict(request)) return this.#runner.stream(request, scope);
    const text = await this.#compiled(request.strict, scope);
    const lines = await this.#runner.stream(request, scope);
    const told = this.#toldOf(lines, text, scope);
    return withEarlyEnd(told, () => lines.return(undefined));
  }

  async #held(request: StrictRequest, scope: RequestScope): Promise<OllamaAnswer> {
    const { record } = scope;
    const { strict } = request;
    const text = await this.#compiled(strict, scope);
    const first = withCallsOrText(await this.#runner.answer(request, scope));
    if (callsTools(first)) return first;
    const faults = await this.#faultsOf(first, textOf(first), { strict, text, scope });
    if (faults.length === 0) {
      record.schemaCheck = "valid";
      return held(first);
    }
    record.schemaCheck = "mismatch";
    const second = await this.#again(repairRequest(request, textOf(first), faults), scope);
    if (!second) throw schemaMismatch(faults);
    const answer = withFiguresOf(first, withCallsOrText(second));
    if (callsTools(answer)) return answer;
    const left = await this.#faultsOf(answer, textOf(answer), { strict, text, scope });
    if (left.length > 0) throw schemaMismatch(left);
    record.schemaCheck = "repaired";
    return held(answer);
  }

  /** The second round; undefined where what the model would have to see does not fit. */
  async #again(request: OllamaRequest, scope: RequestScope): Promise<OllamaAnswer | undefined> {
    const { call } = scope.record;
    const { loadMs = 0, firstMs = 0, bodyMs = 0 } = call;
    call.beginRound();
    try {
      const spentMs = loadMs + firstMs + bodyMs;
      return await this.#runner.answer(request, { ...scope, spentMs });
    } catch (err) {
      if (err instanceof ServiceError && err.code === "prompt_too_large") return undefined;
      throw err;
    } finally {
      call.endRounds();
    }
  }

  async *#toldOf(
    lines: AsyncGenerator<OllamaAnswer>,
    text: SchemaText,
    scope: RequestScope,
  ): AsyncGenerator<OllamaAnswer> {
    let answer = "";
    let last: OllamaAnswer | undefined;
    let hasCalls = false;
    for await (const given of lines) {
      const line = withCallsOrText(given);
      if (answer.length <= LONGEST_CHECKED) answer += textOf(line);
      hasCalls ||= callsTools(line);
      // The place is given back before the check.
      if (line["done"] === true) last = line;
      else yield line;
    }
    if (!last) return;
    if (hasCalls) {
      yield last;
      return;
    }
    const isValid = await this.#isValid(last, answer, text, scope);
    scope.record.schemaCheck = isValid ? "valid" : "mismatch";
    yield { ...last, schema_valid: isValid };
  }

  async #isValid(
    last: OllamaAnswer,
    answer: string,
    text: SchemaText,
    scope: RequestScope,
  ): Promise<boolean> {
    if (isCut(last) || answer.length > LONGEST_CHECKED) return false;
    const verdict = await this.#thread.check(text, answer, callerOf(scope));
    return verdict.ok && verdict.faults.length === 0;
  }

  /** @throws ServiceError `invalid_request` for a schema that cannot be used. */
  async #compiled(strict: StrictSchema, scope: RequestScope): Promise<SchemaText> {
    const text = schemaText(strict);
    const compiled = await this.#thread.compile(text, callerOf(scope));
    if (!compiled.ok) throw unusableSchema(strict, compiled.fault);
    return text;
  }

  async #faultsOf(
    answer: OllamaAnswer,
    answered: string,
    { strict, text, scope }: { strict: StrictSchema; text: SchemaText; scope: RequestScope },
  ): Promise<SchemaFault[]> {
    if (isCut(answer)) return [{ path: "", message: "the answer was cut off before its end" }];
    const verdict = await this.#thread.check(text, answered, callerOf(scope));
    if (!verdict.ok) throw unusableSchema(strict, verdict.fault);
    return verdict.faults;
  }
}

function isStrict(request: OllamaRequest): request is StrictRequest {
  return request.strict !== undefined;
}

/** Also for whoever reads it as a stream, from the cache. */
function held(answer: OllamaAnswer): OllamaAnswer {
  return { ...answer, schema_valid: true };
}

function isCut(answer: OllamaAnswer): boolean {
  return answer["done_reason"] === "length";
}

/** A model that calls tools has not answered yet. */
function callsTools(answer: OllamaAnswer): boolean {
  const { tool_calls: calls } = objectOf(answer["message"]);
  return Array.isArray(calls) && calls.length > 0;
}

function callerOf({ record: { tenant }, signal }: RequestScope) {
  return { tenant, signal };
}
