import { expect, it } from "vitest";
import { usageRows } from "../../../../workers/request-store/bodies/usage-rows.ts";
import type { DayUsage } from "../../../../workers/request-store/protocol.ts";

const DAY: DayUsage = {
  startMs: Date.UTC(2026, 5, 15),
  project: "acme",
  model: "fake:latest",
  requests: 3,
  failed: 1,
  inputTokens: 10,
  outputTokens: 20,
  inferenceMs: 1500.1,
  savedMs: 0.2,
  dayInferenceMs: 6000.4,
};

it("tells seconds, and the share of the day", () => {
  expect(usageRows([DAY], { withShare: true })).toEqual([
    {
      day: "2026-06-15",
      project: "acme",
      model: "fake:latest",
      requests: 3,
      failed_requests: 1,
      input_tokens: 10,
      output_tokens: 20,
      inference_seconds: 1.5,
      saved_seconds: 0,
      share: 0.25,
    },
  ]);
});

it("tells no share to those who may not see what others used, and none of a day without use", () => {
  expect(usageRows([DAY], { withShare: false })[0]?.share).toBeNull();
  const idle = { ...DAY, inferenceMs: 0, dayInferenceMs: 0 };
  expect(usageRows([idle], { withShare: true })[0]?.share).toBe(0);
});

it("adds up what has the same name: work without a model, and that of a model of its name", () => {
  const rows = usageRows(
    [DAY, { ...DAY, model: undefined }, { ...DAY, model: "system" }, { ...DAY, project: "zoo" }],
    { withShare: true },
  );
  expect(
    rows.map(({ project, model, requests, share }) => [project, model, requests, share]),
  ).toEqual([
    ["acme", "fake:latest", 3, 0.25],
    ["acme", "system", 6, 0.5],
    ["zoo", "fake:latest", 3, 0.25],
  ]);
});
