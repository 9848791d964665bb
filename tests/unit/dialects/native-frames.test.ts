import { describe, expect, it } from "vitest";
import { ServiceError } from "../../../src/errors/service-error.ts";
import { metricsBlock } from "../../../src/dialects/metrics-block.ts";
import { nativeFrames, sseFrame } from "../../../src/dialects/native-frames.ts";
import { callLine, eventsOf, lastLine, linesOf, recordOf } from "./frames-set-up.ts";

const quiet = { onError: (): void => {} };

describe("nativeFrames", () => {
  it("sends a frame for each line, the last with the metrics", async () => {
    const lines = linesOf({ response: "Hel" }, { response: "lo", done: false }, lastLine);
    const events = await eventsOf(nativeFrames(lines, recordOf(), { role: false, ...quiet }));
    const common = { model: "m", request_id: "id-1" };
    expect(events).toEqual([
      { chunk: "Hel", ...common, done: false },
      { chunk: "lo", ...common, done: false },
      {
        chunk: "",
        ...common,
        done: true,
        latency_ms: expect.any(Number),
        model_load_ms: 0,
        model_warm_start: true,
        prompt_eval_count: 7,
        generation_eval_count: 2,
        total_duration_ms: 5,
      },
    ]);
  });

  it("says in the last that the prompt was cut", async () => {
    const lines = linesOf({ response: "Hel" }, { ...lastLine, truncated: { kept: null } });
    const events = await eventsOf(nativeFrames(lines, recordOf(), { role: false, ...quiet }));
    expect(events[0]).not.toHaveProperty("truncated");
    expect(events[1]).toMatchObject({ done: true, truncated: { kept: null } });
  });

  it("carries the role and the tool calls of a chat", async () => {
    const lines = linesOf(callLine("weather"), lastLine);
    const events = await eventsOf(nativeFrames(lines, recordOf(), { role: true, ...quiet }));
    expect(events[0]).toMatchObject({
      role: "assistant",
      tool_calls: [{ id: "call_weather", function: { name: "weather", arguments: "{}" } }],
    });
    expect(events[1]).toMatchObject({ role: "assistant", done: true });
  });

  it("ends a stream that fails with a last frame that says so", async () => {
    const failure = new ServiceError("request_timeout", "stopped");
    const told: unknown[] = [];
    const frames = nativeFrames(linesOf({ response: "Hel" }, failure), recordOf(), {
      role: true,
      onError: (err) => told.push(err),
    });
    expect((await eventsOf(frames)).at(-1)).toEqual({
      chunk: "",
      role: "assistant",
      model: "m",
      request_id: "id-1",
      done: true,
      error: "stopped",
      error_type: "TimeoutError",
      code: "request_timeout",
      retry_after: 2,
    });
    expect(told).toEqual([failure]);
  });

  it("stops the lines when the client stops reading", async () => {
    const seen = { stopped: false };
    async function* endless() {
      try {
        for (;;) yield { response: "x" };
      } finally {
        seen.stopped = true;
      }
    }
    const frames = nativeFrames(endless(), recordOf(), { role: false, ...quiet });
    await frames.next();
    await frames.return(undefined);
    expect(seen.stopped).toBe(true);
  });
});

it("keeps an event in one line whatever the text", () => {
  expect(sseFrame({ chunk: "a\n\ndata: x" })).toBe('data: {"chunk":"a\\n\\ndata: x"}\n\n');
});

describe("metricsBlock", () => {
  it.each([
    ["warm: tens of milliseconds are Ollama's own", undefined, 150, 0, true],
    ["cold: Ollama loaded the model itself", undefined, 900, 900, false],
    ["cold: the service loaded it before", 1234.5678, 20, 1234.568, false],
    ["warm: no load was needed", 0, 20, 0, true],
  ])("calls a model %s", (_case, loadMs, reportedMs, model_load_ms, model_warm_start) => {
    const record = recordOf(loadMs === undefined ? {} : { loadMs });
    const last = { ...lastLine, load_duration: reportedMs * 1e6 };
    expect(metricsBlock(record, last)).toMatchObject({ model_load_ms, model_warm_start });
  });

  it("says null for what Ollama does not report", () => {
    expect(metricsBlock(recordOf(), {})).toMatchObject({
      prompt_eval_count: null,
      generation_eval_count: null,
      total_duration_ms: null,
    });
  });
});
