import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";
import { expect, it } from "vitest";
import { ReportedExporter } from "../../../src/traces/reported-exporter.ts";

const OK: ExportResult = { code: ExportResultCode.SUCCESS };
const FAILED: ExportResult = {
  code: ExportResultCode.FAILED,
  error: new Error("the collector is away"),
};

/** Sends batches of these sizes, each with its result. */
function send(batches: [spans: number, result: ExportResult][]) {
  const told: unknown[] = [];
  const results: ExportResult[] = [];
  let next: ExportResult = OK;
  const inner: SpanExporter = {
    export: (_spans, onResult) => onResult(next),
    shutdown: () => Promise.resolve(),
  };
  const exporter = new ReportedExporter(inner, {
    failing: (err) => told.push(err),
    sending: () => told.push("sending"),
  });
  for (const [spans, result] of batches) {
    next = result;
    exporter.export(Array<ReadableSpan>(spans), (given) => results.push(given));
  }
  return { told, results, sent: exporter.sent };
}

it("counts what is sent, and says nothing where all is well", () => {
  const results = [OK, OK];
  expect(
    send([
      [3, OK],
      [2, OK],
    ]),
  ).toEqual({ told: [], results, sent: 5 });
});

it("tells when it begins to fail and when it works again, not of each batch", () => {
  const { told, sent } = send([
    [1, OK],
    [1, FAILED],
    [1, FAILED],
    [1, OK],
    [1, OK],
    [1, FAILED],
  ]);
  expect(told).toEqual([FAILED.error, "sending", FAILED.error]);
  expect(sent).toBe(3);
});
