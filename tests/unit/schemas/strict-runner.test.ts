import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { withEarlyEnd } from "../../../src/http/early-end.ts";
import type { OllamaAnswer } from "../../../src/inference/answers.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import type { OllamaRequest, RequestScope, RunRecord } from "../../../src/inference/runner.ts";
import { LightSignal } from "../../../src/runtime/light-signal.ts";
import { StrictRunner } from "../../../src/schemas/strict-runner.ts";

const FAULT = { path: "/a", message: "must be number" };
const SCHEMA = { type: "object" };

const REQUEST: OllamaRequest = {
  path: "/api/generate",
  line: "text",
  model: "fake",
  body: { prompt: "hi", format: SCHEMA },
  hints: { kind: "generate", options: {}, keepAlive: undefined },
  strict: { schema: SCHEMA, field: "format" },
};

const said = (response: string, more: object = {}): OllamaAnswer => ({
  response,
  done: true,
  done_reason: "stop",
  ...more,
});

type Answered = OllamaAnswer | Error | ((call: CallRecord) => OllamaAnswer);

/** A runner that answers these, and a thread for which only `good` holds. */
function setUp(answers: Answered[] = [], lines: OllamaAnswer[] = []) {
  const asked: { request: OllamaRequest; scope: RequestScope }[] = [];
  const checked: string[] = [];
  const state = { isEnded: false };
  const left = [...answers];
  const runner = new StrictRunner({
    runner: {
      answer: (request, scope) => {
        asked.push({ request, scope });
        const next = left.shift();
        if (!next || next instanceof Error) return Promise.reject(next ?? new Error("no more"));
        return Promise.resolve(typeof next === "function" ? next(scope.record.call) : next);
      },
      stream: () => {
        async function* made(): AsyncGenerator<OllamaAnswer> {
          yield* lines;
        }
        return Promise.resolve(withEarlyEnd(made(), () => (state.isEnded = true)));
      },
    },
    thread: {
      compile: () => Promise.resolve({ ok: true as const }),
      check: (_schema, answer) => {
        checked.push(answer);
        return Promise.resolve({ ok: true as const, faults: answer === "good" ? [] : [FAULT] });
      },
    },
  });
  const record = { tenant: "acme", call: new CallRecord() } as unknown as RunRecord;
  const scope: RequestScope = { record, signal: new LightSignal(), background: true };
  return { runner, scope, record, asked, checked, state };
}

describe("StrictRunner", () => {
  it("leaves a request alone that has no schema to be held to", async () => {
    const { runner, scope, checked, record } = setUp([said("bad")]);
    const { strict: _strict, ...loose } = REQUEST;
    expect(await runner.answer(loose, scope)).toEqual(said("bad"));
    expect([checked, record.schemaCheck]).toEqual([[], undefined]);
  });

  it("counts what background work has had of its hard stop", async () => {
    const first = (call: CallRecord) => {
      Object.assign(call, { queueMs: 9000, loadMs: 200, firstMs: 50, bodyMs: 400 });
      return said("bad");
    };
    const { runner, scope, asked, record } = setUp([first, said("good")]);
    expect(await runner.answer(REQUEST, scope)).toMatchObject({ response: "good" });
    expect(asked.map(({ scope: { spentMs } }) => spentMs)).toEqual([undefined, 650]);
    expect(asked[1]?.request.body["prompt"]).toMatch(
      /^hi\n\nThis was the answer:\nbad\n\n[^]*\n- \/a: must be number\n/,
    );
    expect(record).toMatchObject({ schemaCheck: "repaired", call: { bodyMs: 400, queueMs: 9000 } });
  });

  it("says what was wrong where there is no room to show it to the model", async () => {
    const tooLarge = new ServiceError("prompt_too_large", "too large");
    const { runner, scope, record } = setUp([said("bad"), tooLarge]);
    await expect(runner.answer(REQUEST, scope)).rejects.toMatchObject({
      code: "schema_mismatch",
      fields: { schema_errors: [FAULT] },
    });
    expect(record.schemaCheck).toBe("mismatch");
  });

  it("passes on why there was no second answer", async () => {
    const full = new ServiceError("queue_full", "full");
    const { runner, scope } = setUp([said("bad"), full]);
    await expect(runner.answer(REQUEST, scope)).rejects.toBe(full);
  });

  it("shows the model no more than a part of a long answer and no long schema", async () => {
    const { runner, scope, asked } = setUp([said("b".repeat(100_000)), said("good")]);
    const schema = { description: "d".repeat(100_000) };
    await runner.answer({ ...REQUEST, strict: { schema, field: "format" } }, scope);
    expect(String(asked[1]?.request.body["prompt"]).length).toBeLessThan(10_000);
  });

  it("checks a stream once it has all of it, and tells in its last line", async () => {
    const lines = [{ response: "go" }, { response: "od" }, said("")];
    const { runner, scope, checked } = setUp([], lines);
    const seen: OllamaAnswer[] = [];
    for await (const line of await runner.stream(REQUEST, scope)) seen.push(line);
    expect(seen).toEqual([...lines.slice(0, 2), said("", { schema_valid: true })]);
    expect(checked).toEqual(["good"]);
  });

  it("does not check a stream that was cut off", async () => {
    const { runner, scope, checked } = setUp([], [said("good", { done_reason: "length" })]);
    const lines = await runner.stream(REQUEST, scope);
    expect((await lines.next()).value).toMatchObject({ schema_valid: false });
    expect(checked).toEqual([]);
  });

  it.each([false, true])(
    "ends a stream whose client leaves (once it was begun: %s)",
    async (begun) => {
      const { runner, scope, state, checked } = setUp([], [{ response: "go" }, said("")]);
      const lines = await runner.stream(REQUEST, scope);
      if (begun) await lines.next();
      await lines.return(undefined);
      expect([state.isEnded, checked]).toEqual([true, []]);
    },
  );
});
