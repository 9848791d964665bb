import { ModelUse } from "../../../src/models/memory/model-use.ts";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ClientLeft } from "../../../src/errors/abort-reasons.ts";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { InferencePipeline } from "../../../src/inference/pipeline.ts";
import { InferenceRunner, type OllamaRequest } from "../../../src/inference/runner.ts";
import type { Signal } from "../../../src/runtime/light-signal.ts";
import { Deadlines } from "../../../src/runtime/deadlines.ts";
import type { UpstreamAnswer, UpstreamCall } from "../../../src/http/transport.ts";
import { Admission } from "../../../src/scheduling/admission.ts";
import { fakeClient } from "../../support/fake-client.ts";
import { noLanes } from "../../support/no-lanes.ts";
import { fakeHost, setUpQueue } from "../scheduling/queue-set-up.ts";
import { lastLine, recordOf } from "../dialects/frames-set-up.ts";

const request: OllamaRequest = {
  path: "/api/chat",
  line: "text",
  model: "M",
  body: { messages: [] },
  hints: { kind: "generate" },
};

/** A body of pieces; `silent` sends nothing more, until the call is aborted. */
async function* bodyOf(pieces: (string | Error)[], silent?: Signal) {
  for (const piece of pieces) {
    if (piece instanceof Error) throw piece;
    yield Buffer.from(piece);
  }
  if (!silent) return;
  await new Promise<void>((resolve) => silent.addEventListener("abort", resolve));
  throw silent.reason;
}

function setUp(answer: (call: UpstreamCall) => Promise<UpstreamAnswer>) {
  const seen = {
    calls: [] as UpstreamCall[],
    used: [] as string[],
    forgot: [] as string[],
    healthChecks: 0,
  };
  const host = { ...fakeHost, checkHealth: () => void (seen.healthChecks += 1) };
  const { queue, held } = setUpQueue({ host });
  const client = fakeClient();
  const deadlines = new Deadlines();
  const pipeline = new InferencePipeline({
    admission: new Admission({
      queue,
      catalog: { isKnownMissing: () => false },
      loadedModels: { ensureLoaded: () => 0, isLoaded: () => false, isLoading: () => false },
    }),
    catalog: { assertAllowed: () => {}, isRemote: () => false },
    modelUse: new ModelUse(),
    stuckModels: { assertWorks: () => {} },
    lanes: noLanes,
    loadedModels: {
      used: (model) => void seen.used.push(model),
      forget: (model) => void seen.forgot.push(model),
    },
    transport: {
      call: (call) => {
        seen.calls.push(call);
        return answer(call);
      },
    },
    host,
    deadlines,
    room: { assertFits: () => undefined },
    hardStopMs: { text: 5000, vision: 5000 },
  });
  const images = { prepare: () => Promise.reject(new Error("there are none")) };
  const runner = new InferenceRunner({ pipeline, images });
  const left = (): number[] => [
    queue.stats("text").in_progress,
    deadlines.size,
    client.listeners(),
  ];
  const scope = { record: recordOf(), signal: client.signal };
  return { runner, scope, seen, client, queue, held, left };
}

const says =
  (status: number, ...pieces: (string | Error)[]) =>
  (): Promise<UpstreamAnswer> =>
    Promise.resolve({ status, contentType: "", body: bodyOf(pieces), isBeingRead: () => true });

const silent = ({ signal }: UpstreamCall): Promise<UpstreamAnswer> =>
  Promise.resolve({
    status: 200,
    contentType: "",
    body: bodyOf(['{"response":"a"}\n'], signal),
    isBeingRead: () => true,
  });

const line = (value: object): string => `${JSON.stringify(value)}\n`;

describe("InferenceRunner", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(async () => {
    // The sweep of the deadlines ends one round after the last of them.
    await vi.advanceTimersByTimeAsync(250);
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });

  it("answers in one piece, and gives everything back", async () => {
    const { runner, scope, seen, left, queue } = setUp(says(200, '{"done":', "true}"));
    expect(await runner.answer(request, scope)).toEqual({ done: true });
    expect(seen.calls[0]).toMatchObject({ origin: "http://up", path: "/api/chat", method: "POST" });
    const sent: unknown = JSON.parse(String(seen.calls[0]?.body));
    expect(sent).toEqual({ truncate: false, model: "M", messages: [], stream: false });
    expect(seen.used).toEqual(["m:latest"]);
    expect(queue.stats("text").completed).toBe(1);
    expect(left()).toEqual([0, 0, 0]);
  });

  it("streams lines, and gives everything back with the last", async () => {
    const { runner, scope, left, queue } = setUp(
      says(200, line({ response: "a" }), line(lastLine)),
    );
    const lines = await runner.stream(request, scope);
    expect(left()).toEqual([1, 1, 1]);
    const all = [];
    for await (const item of lines) all.push(item);
    expect(all).toEqual([{ response: "a" }, lastLine]);
    expect(queue.stats("text")).toMatchObject({ completed: 1, failed: 0 });
    expect(left()).toEqual([0, 0, 0]);
  });

  it.each([
    ["refuses", says(404, '{"error":"no such model"}'), "model_not_found", 0],
    ["refuses without words", says(500, "oops"), "upstream_unavailable", 1],
    ["breaks off", says(200, '{"a', new Error("reset")), "upstream_unavailable", 1],
    ["sends no JSON", says(200, "<html>"), "upstream_unavailable", 1],
  ])("fails with a status when the server %s", async (_case, answer, code, healthChecks) => {
    const { runner, scope, seen, left } = setUp(answer);
    await expect(runner.answer(request, scope)).rejects.toMatchObject({ code });
    expect(seen.healthChecks).toBe(healthChecks);
    expect(left()).toEqual([0, 0, 0]);
  });

  it("fails with a status when a stream's first line is an error", async () => {
    const { runner, scope, left } = setUp(says(200, line({ error: "out of memory" })));
    await expect(runner.stream(request, scope)).rejects.toMatchObject({
      code: "upstream_unavailable",
      message: "out of memory",
    });
    expect(left()).toEqual([0, 0, 0]);
  });

  it("fails mid-stream when the server breaks off", async () => {
    const { runner, scope, left } = setUp(says(200, line({ response: "a" }), new Error("reset")));
    const lines = await runner.stream(request, scope);
    await lines.next();
    await expect(lines.next()).rejects.toMatchObject({ code: "upstream_unavailable" });
    expect(left()).toEqual([0, 0, 0]);
  });

  it.each(["answer", "stream"] as const)("stops an %s at the hard stop", async (form) => {
    const { runner, scope, seen, left, queue } = setUp(silent);
    const run = async (): Promise<void> => {
      const open = await runner[form](request, scope);
      if (form === "stream") for await (const _line of open as AsyncGenerator) void _line;
    };
    const stopped = expect(run()).rejects.toMatchObject({ code: "request_timeout" });
    await vi.advanceTimersByTimeAsync(5200);
    await stopped;
    expect(seen.calls[0]?.signal.aborted).toBe(true);
    expect(seen.healthChecks).toBe(0);
    expect(queue.stats("text")).toMatchObject({ timeout: 1, failed: 0, completed: 0 });
    expect(left()).toEqual([0, 0, 0]);
  });

  it("stops the server when the client leaves", async () => {
    const { runner, scope, seen, client, left, queue } = setUp(silent);
    const gone = expect(runner.answer(request, scope)).rejects.toBeInstanceOf(ClientLeft);
    await vi.advanceTimersByTimeAsync(1);
    client.leave();
    await gone;
    expect(seen.calls[0]?.signal.aborted).toBe(true);
    expect(queue.stats("text")).toMatchObject({ timeout: 0, failed: 1 });
    expect(left()).toEqual([0, 0, 0]);
  });

  it("gives the place back when the client leaves before it has taken a line", async () => {
    const { runner, scope, client, left } = setUp(says(200, line({ response: "a" })));
    await runner.stream(request, scope);
    client.leave();
    expect(left()).toEqual([0, 0, 0]);
  });

  it("gives the place back when a stream is dropped before its first line", async () => {
    const { runner, scope, seen, left } = setUp(silent);
    const lines = await runner.stream(request, scope);
    await lines.return(undefined);
    expect(seen.calls[0]?.signal.aborted).toBe(true);
    expect(left()).toEqual([0, 0, 0]);
  });

  it("says who owns the place, step by step", async () => {
    const { runner, scope, held } = setUp(silent);
    const lines = await runner.stream(request, scope);
    const [place] = held();
    expect(place?.isOwned).toBe(true);
    expect(place?.history).toEqual(["0 ms: call", "0 ms: answer"]);
    await lines.return(undefined);
    expect(held().length).toBe(0);
  });

  it("stops the server when the stream is not read to its end", async () => {
    const { runner, scope, seen, left } = setUp(says(200, line({ response: "a" }), line(lastLine)));
    const lines = await runner.stream(request, scope);
    await lines.next();
    await lines.return(undefined);
    expect(seen.calls[0]?.signal.aborted).toBe(true);
    expect(left()).toEqual([0, 0, 0]);
  });

  it("looks after the server when it cannot be reached", async () => {
    const away = new ServiceError("upstream_unavailable", "away");
    const { runner, scope, seen, left } = setUp(() => Promise.reject(away));
    await expect(runner.answer(request, scope)).rejects.toBe(away);
    expect(seen).toMatchObject({ healthChecks: 1, forgot: ["m:latest"] });
    expect(left()).toEqual([0, 0, 0]);
  });

  it.each([0, "0", "0s"])(
    "forgets a model that is unloaded by keep_alive %j",
    async (keepAlive) => {
      const { runner, scope, seen } = setUp(says(200, "{}"));
      await runner.answer({ ...request, hints: { kind: "generate", keepAlive } }, scope);
      expect(seen.forgot).toEqual(["m:latest"]);
    },
  );
});
