import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft, HardStop } from "../../../src/errors/abort-reasons.ts";
import { lines, whole, type OllamaAnswer } from "../../../src/inference/answers.ts";
import { CallRecord } from "../../../src/inference/call-record.ts";
import { callUncut, truncatedField, uncutBody } from "../../../src/inference/truncation.ts";
import type { UpstreamAnswer, UpstreamCall } from "../../../src/http/transport.ts";
import type { Turn } from "../../../src/inference/turn.ts";
import {
  answerOf,
  bodyOf,
  HARD_STOP_MS,
  NOTHING_LEFT,
  setUpPipeline,
  silentBody,
  SWEEP_MS,
} from "./turn-set-up.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(async () => {
  // The sweep of the deadlines ends one round after the last of them.
  await vi.advanceTimersByTimeAsync(250);
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const TOO_LONG = '{"error":"the input length exceeds the context length"}';
const LAST = { response: "", done: true, prompt_eval_count: 64, prompt_eval_duration: 2e7 };

type Answers = (call: UpstreamCall) => UpstreamAnswer;

const refusing: Answers = () => answerOf(400, bodyOf(TOO_LONG));
const answering: Answers = () => answerOf(200, bodyOf(JSON.stringify(LAST)));

/** A pipeline before a server that answers each call with the next of these. */
function setUp(...answers: Answers[]) {
  const given = setUpPipeline({
    answers: (call) => {
      const next = answers.shift();
      if (!next) throw new Error("a call too many");
      return next(call);
    },
  });
  const use =
    <T>(read: (turn: Turn, answer: UpstreamAnswer) => Promise<T>, mayTruncate = true) =>
    async (turn: Turn): Promise<T> => {
      const body = uncutBody({ model: "M", prompt: "long" });
      const call = { path: "/api/generate", body, mayTruncate };
      return read(turn, await callUncut(turn, call));
    };
  const run = <T>(use: (turn: Turn) => Promise<T>): Promise<T> =>
    given.pipeline.withPlace(given.request, given.client.signal, use);
  /** How each call spoke of truncation. */
  const asked = (): unknown[] =>
    given.seen.calls.map(({ body }) => (JSON.parse(String(body)) as OllamaAnswer)["truncate"]);
  return { ...given, use, run, asked };
}

describe("a call that says what was cut", () => {
  it("goes out once where the prompt fits, and tells nothing", async () => {
    const { run, use, asked, request, left } = setUp(answering);
    expect(await run(use(whole))).toEqual(LAST);
    expect(asked()).toEqual([false]);
    expect(request.record.isPromptCut).toBe(false);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("goes out once more, the same but for truncation, and the answer tells", async () => {
    const { run, use, seen, left, modelUse } = setUp(refusing, answering);
    expect(await run(use(whole))).toEqual({ ...LAST, truncated: { kept: 64 } });
    expect(seen.calls.map(({ body }) => body)).toEqual([
      '{"truncate":false,"model":"M","prompt":"long"}',
      '{"truncate":true,"model":"M","prompt":"long"}',
    ]);
    expect(seen.released, "one place, one end").toEqual([["completed", 20]]);
    expect(seen.used).toEqual(["m:latest"]);
    expect(modelUse.of("m:latest")?.running).toBe(0);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("tells in a stream's last line alone", async () => {
    const streaming: Answers = () =>
      answerOf(200, bodyOf('{"response":"a","done":false}\n', `${JSON.stringify(LAST)}\n`));
    const { run, use, left } = setUp(refusing, streaming);
    const all: OllamaAnswer[] = [];
    for await (const line of await run(use(lines))) all.push(line);
    expect(all).toEqual([
      { response: "a", done: false },
      { ...LAST, truncated: { kept: 64 } },
    ]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("says that nobody counted where the server does not", async () => {
    const { run, use } = setUp(refusing, () => answerOf(200, bodyOf('{"done":true}')));
    expect(await run(use(whole))).toEqual({ done: true, truncated: { kept: null } });
  });

  it("goes out once where the client wants no part of it cut", async () => {
    const { run, use, asked, seen, left } = setUp(refusing);
    await expect(run(use(whole, false))).rejects.toMatchObject({ code: "prompt_too_large" });
    expect(asked()).toEqual([false]);
    expect(seen).toMatchObject({ healthChecks: 0, forgot: [] });
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("goes out once where something else is refused", async () => {
    const { run, use, asked } = setUp(() => answerOf(400, bodyOf('{"error":"no tools"}')));
    await expect(run(use(whole))).rejects.toMatchObject({
      code: "invalid_request",
      message: "no tools",
    });
    expect(asked()).toEqual([false]);
  });

  it("tells that the prompt does not fit where it cannot be cut either", async () => {
    const { run, use, asked, left } = setUp(refusing, refusing);
    await expect(run(use(whole))).rejects.toMatchObject({ code: "prompt_too_large" });
    expect(asked()).toEqual([false, true]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("fails as any other where the second call does", async () => {
    const { run, use, seen, left } = setUp(refusing, () => {
      throw new Error("reset");
    });
    await expect(run(use(whole))).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(seen, "the refusal before it clears the server of nothing").toMatchObject({
      healthChecks: 1,
      forgot: ["m:latest"],
    });
    expect(seen.released).toEqual([["failed", 0]]);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("is not made again for a client that left meanwhile", async () => {
    const given = setUp((call) =>
      answerOf(
        400,
        (async function* () {
          yield* bodyOf(TOO_LONG);
          given.client.leave();
          // As a transport's body ends that is called off.
          call.signal.throwIfAborted();
        })(),
      ),
    );
    await expect(given.run(given.use(whole))).rejects.toBeInstanceOf(ClientLeft);
    expect(given.asked()).toEqual([false]);
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it("is not made again for a client that left as the refusal's last byte came", async () => {
    const given = setUp(() =>
      answerOf(
        400,
        (async function* () {
          yield* bodyOf(TOO_LONG);
          given.client.leave();
        })(),
      ),
    );
    await expect(given.run(given.use(whole))).rejects.toBeInstanceOf(ClientLeft);
    expect(given.asked()).toEqual([false]);
    expect(given.modelUse.of("m:latest")?.running).toBe(0);
    expect(given.left()).toEqual(NOTHING_LEFT);
  });

  it("counts both calls for the hard stop, and for the record as one wait", async () => {
    const late: Answers = () =>
      answerOf(
        400,
        (async function* () {
          await new Promise((resolve) => setTimeout(resolve, 300));
          yield* bodyOf(TOO_LONG);
        })(),
      );
    const { run, use, request, left } = setUp(late, (call) => answerOf(200, silentBody(call)));
    const stopped = expect(run(use(whole))).rejects.toBeInstanceOf(HardStop);
    await vi.advanceTimersByTimeAsync(HARD_STOP_MS + SWEEP_MS);
    await stopped;
    const { firstMs = 0, bodyMs = 0 } = request.record;
    expect(firstMs).toBe(300);
    expect(firstMs + bodyMs, "from the first call to the end").toBe(HARD_STOP_MS);
    expect(left()).toEqual(NOTHING_LEFT);
  });

  it("holds the request's body until an answer has begun that is none of its refusals", async () => {
    const told: number[] = [];
    const given = setUp(
      () => (told.push(1), refusing({} as UpstreamCall)),
      () => (told.push(2), answering({} as UpstreamCall)),
    );
    given.request.onSent = () => void told.push(0);
    await given.run(given.use(whole));
    expect(told).toEqual([1, 2, 0]);
  });

  it("keeps the bytes of images as they are", async () => {
    const { pipeline, request, client, seen } = setUp(refusing, answering);
    const image = Buffer.from([0xff, 0xd8, 0x00, 0x22]);
    const body = Buffer.concat([Buffer.from(uncutBody({ model: "M" })), image]);
    await pipeline.withPlace(request, client.signal, async (turn) =>
      whole(turn, await callUncut(turn, { path: "/api/chat", body, mayTruncate: true })),
    );
    const [first, second] = seen.calls.map((call) => Buffer.from(call.body as Uint8Array));
    expect(first?.toString("latin1")).toBe(
      `{"truncate":false,"model":"M"}${image.toString("latin1")}`,
    );
    expect(second?.toString("latin1")).toBe(
      `{"truncate":true,"model":"M"}${image.toString("latin1")}`,
    );
  });
});

describe("what an answer tells of its prompt", () => {
  it.each([[{}], [{ truncated: true }], [{ truncated: null }], [{ truncated: {} }]])(
    "is nothing: %j",
    (answer) => {
      expect(truncatedField(answer)).toEqual({});
    },
  );

  it("is not told of a call whose prompt fitted", () => {
    expect(new CallRecord().isPromptCut).toBe(false);
  });
});
