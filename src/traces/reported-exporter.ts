import { ExportResultCode, type ExportResult } from "@opentelemetry/core";
import type { ReadableSpan, SpanExporter } from "@opentelemetry/sdk-trace-base";

/** Told of how sending goes; not of each batch, but when that changes. */
export interface ExportReport {
  /** Spans cannot be sent: those of this batch are lost, and the next ones may be. */
  failing: (err: unknown) => void;
  /** They can be sent again. */
  sending: () => void;
}

/** Sends spans by another exporter, and says when that begins to fail and when it works again. */
export class ReportedExporter implements SpanExporter {
  readonly #exporter: SpanExporter;
  readonly #report: ExportReport;
  #isFailing = false;
  #sent = 0;

  constructor(exporter: SpanExporter, report: ExportReport) {
    this.#exporter = exporter;
    this.#report = report;
  }

  /** Spans that the collector has taken. */
  get sent(): number {
    return this.#sent;
  }

  export(spans: ReadableSpan[], onResult: (result: ExportResult) => void): void {
    this.#exporter.export(spans, (result) => {
      if (result.code === ExportResultCode.SUCCESS) this.#succeeded(spans.length);
      else this.#failed(result.error);
      onResult(result);
    });
  }

  forceFlush(): Promise<void> {
    return this.#exporter.forceFlush?.() ?? Promise.resolve();
  }

  shutdown(): Promise<void> {
    return this.#exporter.shutdown();
  }

  #succeeded(spans: number): void {
    this.#sent += spans;
    if (this.#isFailing) this.#report.sending();
    this.#isFailing = false;
  }

  #failed(err: unknown): void {
    if (!this.#isFailing) this.#report.failing(err);
    this.#isFailing = true;
  }
}
